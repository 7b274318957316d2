import { systemRandom } from '../../base/clock.ts'
import { type BucketVerdict, gcra, untouched } from '../../base/rate/gcra.ts'
import { checkOptionNames } from '../../contract/options/option-names.ts'
import type { Rate, RateDemand, RateStanding, RateStore } from '../../contract/ports/rate-store.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/** Options of {@link memoryRates}. */
export interface MemoryRatesOptions {
  /**
   * Counts that are kept of known callers, and as many again of addresses. Default 100000, about 15 MB
   * each when full.
   */
  readonly entries?: number
}

const ENTRIES = 100_000

/**
 * Rates in this process: begun anew with it, and each process counts for itself. What an app has that
 * is given no `limits.rateStore`.
 *
 * Bounded: counts that are full again are dropped as new ones come. One that is not is never dropped:
 * who comes from many addresses would get a fresh count for it, or empty somebody else's. A newcomer who
 * finds no room shares a count with others of the same hash, and may be refused too early while that
 * lasts; nobody gets more than a rate allows.
 *
 * @throws ImproperlyConfigured for `entries` that is no whole number of 1 or more
 */
export function memoryRates(options: MemoryRatesOptions = {}): RateStore {
  checkOptionNames('memoryRates()', options, { entries: true })
  const { entries = ENTRIES } = options
  if (!Number.isSafeInteger(entries) || entries < 1) {
    throw new ImproperlyConfigured('memoryRates(): entries must be a whole number, 1 or more')
  }
  const known = new Counts(entries)
  const strangers = new Counts(entries)
  const tableOf = (demand: RateDemand) => (demand.byAddress ? strangers : known)

  /** Most calls have one rate. */
  const consumeOne = (demand: RateDemand, at: number): readonly RateStanding[] => {
    const { key, rate } = demand
    const table = tableOf(demand)
    const verdict = gcra(table.fullAt(key, rate), at, rate)
    table.keep(key, rate, verdict.fullAt, at)
    return [verdict]
  }

  return Object.freeze({
    plainKeys: true,
    consume(demands: readonly RateDemand[], now: number) {
      const at = Math.round(now * 1000)
      if (demands.length === 1) return consumeOne(demands[0] as RateDemand, at)
      let verdicts: BucketVerdict[] = demands.map((demand) =>
        gcra(tableOf(demand).fullAt(demand.key, demand.rate), at, demand.rate),
      )
      if (!verdicts.every(({ allowed }) => allowed)) {
        verdicts = verdicts.map((verdict, index) =>
          untouched(verdict, (demands[index] as RateDemand).rate),
        )
      }
      for (const [index, { fullAt }] of verdicts.entries()) {
        const demand = demands[index] as RateDemand
        tableOf(demand).keep(demand.key, demand.rate, fullAt, at)
      }
      return verdicts
    },
  })
}

/** Counts that are shared where there is no room: so many of each rate. */
const SHARED = 1024

/** Old counts that are looked at for each new one. */
const STEPS = 3
const STEPS_WHEN_FULL = 64

/** When each bucket is full again, by key. */
class Counts {
  readonly #most: number
  readonly #fullAt = new Map<string, number>()
  /** By rate, because a shared count of one says nothing of another. `null` while there was room. */
  #shared: WeakMap<Rate, Float64Array> | null = null
  #sweep: MapIterator<[string, number]> = this.#fullAt.entries()
  readonly #seed: number = seed()

  constructor(most: number) {
    this.#most = most
  }

  /** 0 for nothing kept. */
  fullAt(key: string, rate: Rate): number {
    const kept = this.#fullAt.get(key)
    if (kept !== undefined) return kept
    // Also who finds room now: what was taken before, from a shared count, is not given again.
    return this.#shared?.get(rate)?.[this.#place(key)] ?? 0
  }

  keep(key: string, rate: Rate, fullAt: number, now: number): void {
    const counts = this.#fullAt
    if (!counts.has(key)) {
      // Full: as good as none.
      if (fullAt <= now) return
      this.#drop(STEPS, now)
      if (counts.size >= this.#most) this.#drop(STEPS_WHEN_FULL, now)
      if (counts.size >= this.#most) {
        this.#share(key, rate, fullAt)
        return
      }
    }
    counts.set(key, fullAt)
  }

  #share(key: string, rate: Rate, fullAt: number): void {
    this.#shared ??= new WeakMap()
    let shared = this.#shared.get(rate)
    if (shared === undefined) {
      shared = new Float64Array(SHARED)
      this.#shared.set(rate, shared)
    }
    shared[this.#place(key)] = fullAt
  }

  /** Drops those among the next few that are full again. */
  #drop(steps: number, now: number): void {
    for (let step = 0; step < steps; step++) {
      const next = this.#sweep.next()
      if (next.done === true) {
        this.#sweep = this.#fullAt.entries()
        return
      }
      const [key, fullAt] = next.value
      if (fullAt <= now) this.#fullAt.delete(key)
    }
  }

  /** Not to be foreseen: nobody can choose addresses that share a count with somebody else's. */
  #place(key: string): number {
    let hash = this.#seed
    for (let index = 0; index < key.length; index++) {
      hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193)
    }
    return (hash ^ (hash >>> 15)) & (SHARED - 1)
  }
}

function seed(): number {
  const bytes = new Uint8Array(4)
  systemRandom(bytes)
  return new DataView(bytes.buffer).getUint32(0)
}
