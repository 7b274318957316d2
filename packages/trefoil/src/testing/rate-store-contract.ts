import { systemClock } from '../base/clock.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { checkFlag } from '../contract/options/option-values.ts'
import type { Rate, RateDemand, RateStanding, RateStore } from '../contract/ports/rate-store.ts'

/** One thing that every store of rates must do. */
export interface RateStoreCheck {
  readonly name: string
  /** Resolves when the store does it. @throws Error saying what it does instead */
  run(): Promise<void>
}

/** Options of {@link rateStoreContract}. */
export interface RateStoreContractOptions {
  /**
   * True for a store that goes by a clock of its own, a database's say: checks wait where time has to
   * pass, half a second in all. Default false: it goes by the `now` that it is handed.
   */
  readonly ownClock?: boolean
}

const OPTIONS: OptionNames<RateStoreContractOptions> = { ownClock: true }

/** A store, and the time that the checks hand to it. */
class Bench {
  readonly #store: RateStore
  readonly #waits: boolean
  #ahead = 0
  /** Milliseconds. */
  waited = 0

  constructor(store: RateStore, waits: boolean) {
    this.#store = store
    this.#waits = waits
  }

  async take(...demands: readonly RateDemand[]): Promise<readonly RateStanding[]> {
    const given = await this.#store.consume(demands, systemClock.now() + this.#ahead)
    if (!Array.isArray(given) || given.length !== demands.length) {
      throw new Error(`consume() of ${demands.length} demands must give as many standings`)
    }
    return given
  }

  async one(demand: RateDemand): Promise<RateStanding> {
    const [standing] = await this.take(demand)
    if (standing === undefined) throw new Error('consume() gave a hole in its list')
    return standing
  }

  async pass(ms: number): Promise<void> {
    const began = systemClock.elapsed()
    if (this.#waits) await new Promise((resolve) => setTimeout(resolve, ms))
    else this.#ahead += ms
    // What a busy machine has waited beyond that is time of the calls.
    this.waited += Math.min(systemClock.elapsed() - began, ms)
  }
}

type Check = (bench: Bench) => Promise<void>

const HOUR = 3_600_000

/** So slow that nothing comes back while the checks run. */
function rate(burst: number): Rate {
  return { limit: 1, period: HOUR, burst, interval: HOUR * 1000 }
}

function demand(key: string, burst: number): RateDemand {
  return { key, rate: rate(burst), byAddress: false }
}

/** @param step milliseconds in which one more call may come */
async function fillsUp(bench: Bench, step: number): Promise<void> {
  const quick: RateDemand = {
    key: `every ${step}`,
    rate: { limit: 1, period: step, burst: 2, interval: step * 1000 },
    byAddress: false,
  }
  await bench.take(quick)
  await bench.take(quick)
  expect((await bench.one(quick)).allowed, false)
  await bench.pass(1.2 * step)
  expect((await bench.one(quick)).allowed, true)
  expect((await bench.one(quick)).allowed, false)
  await bench.pass(3.5 * step)
  const { allowed, remaining } = await bench.one(quick)
  expect({ allowed, remaining }, { allowed: true, remaining: 1 })
}

const CHECKS: Readonly<Record<string, Check>> = {
  'is full at first, lets a burst through, and refuses the next': async (bench) => {
    for (const left of [2, 1, 0]) {
      const { allowed, remaining, retryAfter } = await bench.one(demand('a', 3))
      expect({ allowed, remaining, retryAfter }, { allowed: true, remaining: left, retryAfter: 0 })
    }
    const { allowed, remaining, retryAfter, resetAfter } = await bench.one(demand('a', 3))
    expect({ allowed, remaining }, { allowed: false, remaining: 0 })
    if (retryAfter <= 0 || retryAfter > HOUR) {
      throw new Error(
        `retryAfter is ${retryAfter}; it is milliseconds until one more call may come`,
      )
    }
    if (resetAfter <= 2 * HOUR || resetAfter > 3 * HOUR) {
      throw new Error(
        `resetAfter is ${resetAfter}; it is milliseconds until all of it is there again`,
      )
    }
  },
  'a refusal takes nothing: the wait does not grow': async (bench) => {
    await bench.one(demand('a', 1))
    for (let call = 0; call < 5; call++) await bench.one(demand('a', 1))
    const { retryAfter } = await bench.one(demand('a', 1))
    if (retryAfter > HOUR) throw new Error(`retryAfter grew to ${retryAfter} by refusals`)
  },
  'fills up evenly': async (bench) => {
    // On a machine that has other things to do the time between two calls is a call's: then slower.
    for (let step = 100; ; step *= 2) {
      const began = systemClock.elapsed()
      const before = bench.waited
      try {
        await fillsUp(bench, step)
        return
      } catch (fault) {
        const calls = systemClock.elapsed() - began - (bench.waited - before)
        if (step >= 800 || calls < step / 4) throw fault
      }
    }
  },
  'counts each key alone, whatever is in it': async (bench) => {
    const keys = ['a', 'A', 'a ', 'a%', "a' or ''='", 'ä', 'a\u0000', '__proto__', 'x'.repeat(256)]
    for (const key of keys) expect((await bench.one(demand(key, 1))).allowed, true)
    for (const key of keys) expect((await bench.one(demand(key, 1))).allowed, false)
  },
  'takes from all counts of a call, or from none': async (bench) => {
    await bench.one(demand('small', 1))
    const [large, small] = await bench.take(demand('large', 2), demand('small', 1))
    expect([large?.allowed, small?.allowed], [true, false])
    expect(large?.remaining, 2)
    expect((await bench.one(demand('large', 2))).remaining, 1)
    const both = await bench.take(demand('large', 2), demand('other', 5))
    expect(
      both.map(({ remaining }) => remaining),
      [0, 4],
    )
  },
  'lets exactly a burst through of many at the same time': async (bench) => {
    const calls = Array.from({ length: 200 }, () => bench.one(demand('a', 20)))
    const passed = (await Promise.all(calls)).filter(({ allowed }) => allowed)
    expect(passed.length, 20)
  },
  'of many at the same time with several counts, too': async (bench) => {
    const calls = Array.from({ length: 100 }, (_, index) =>
      // In both orders: two statements that lock in different orders would wait for each other.
      index % 2 === 0
        ? bench.take(demand('a', 20), demand('b', 10))
        : bench.take(demand('b', 10), demand('a', 20)),
    )
    const passed = (await Promise.all(calls)).filter((all) => all.every(({ allowed }) => allowed))
    expect(passed.length, 10)
    expect((await bench.one(demand('a', 20))).remaining, 9)
  },
}

/**
 * What every {@link RateStore} must do, as checks for a test of its own:
 * `for (const { name, run } of rateStoreContract(makeStore)) test(name, run)`.
 *
 * @param makeStore gives an empty store for each check
 */
export function rateStoreContract(
  makeStore: () => RateStore | Promise<RateStore>,
  options: RateStoreContractOptions = {},
): readonly RateStoreCheck[] {
  checkOptionNames('rateStoreContract()', options, OPTIONS)
  checkFlag('rateStoreContract(): ownClock', options.ownClock)
  const { ownClock = false } = options
  return Object.entries(CHECKS).map(([name, check]) => ({
    name,
    run: async () => check(new Bench(await makeStore(), ownClock)),
  }))
}

function expect(actual: unknown, wanted: unknown): void {
  const [found, right] = [JSON.stringify(actual), JSON.stringify(wanted)]
  if (found !== right) throw new Error(`The store gave ${found} where ${right} is right`)
}
