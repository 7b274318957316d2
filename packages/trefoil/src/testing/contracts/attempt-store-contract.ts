import { createHash } from 'node:crypto'
import type { AttemptAnswer, AttemptBudget, AttemptStore } from '../../contract/ports/attempts.ts'
import { expectThrow, expectValue, pass } from './expect-value.ts'
import { type StoreCheck, type StoreChecks, storeChecks } from './store-check.ts'

const HOUR = 3_600_000
/** Of a reservation that there is none of. */
const NOBODY = '00000000-0000-4000-8000-000000000000'

function budget(name: string, more: Partial<AttemptBudget> = {}): AttemptBudget {
  const key = createHash('sha256').update(name).digest('base64url')
  return { key, threshold: 5, window: HOUR, base: HOUR, cap: HOUR, ...more }
}

type Budgets = readonly AttemptBudget[]

async function reserve(store: AttemptStore, ...budgets: Budgets): Promise<string> {
  const answer = await store.reserve(budgets)
  if (answer.kind !== 'reserved') throw new Error(`reserve() gave ${answer.kind}, not reserved`)
  return answer.id
}

async function fail(store: AttemptStore, times: number, ...budgets: Budgets): Promise<void> {
  for (let time = 0; time < times; time++) {
    await store.failed(await reserve(store, ...budgets), budgets)
  }
}

/** As a login would: waits for a try, hashes, and tells what came of it. @returns how it ended */
async function login(store: AttemptStore, budgets: Budgets, isRight: boolean, hash: () => void) {
  // Later each time: hundreds who ask every few milliseconds are more than a busy database answers.
  for (let wait = 8; ; wait = Math.min(2 * wait, 100)) {
    const answer: AttemptAnswer = await store.reserve(budgets)
    if (answer.kind === 'locked') return 'locked'
    if (answer.kind === 'wait') {
      await pass(wait)
      continue
    }
    hash()
    await pass(2)
    if (!isRight) return store.failed(answer.id, budgets)
    await store.succeeded(answer.id, budgets, [budgets[0]?.key ?? ''])
    return 'in'
  }
}

const CHECKS: StoreChecks<AttemptStore> = {
  'LOCK-1: of 500 wrong guesses at once the budget is hashed, and no more': async (store) => {
    let hashes = 0
    const budgets = [budget('ada'), budget('10.0.0.1', { threshold: 100 })]
    const tries = Array.from({ length: 500 }, () =>
      login(store, budgets, false, () => {
        hashes++
      }),
    )
    await Promise.all(tries)
    expectValue(hashes, 5, 'how many were hashed')
  },
  'LOCK-2: 50 right ones at once all get in, and lock nobody': async (store) => {
    let hashes = 0
    const budgets = [budget('ada'), budget('10.0.0.1', { threshold: 100 })]
    const tries = Array.from({ length: 50 }, () =>
      login(store, budgets, true, () => {
        hashes++
      }),
    )
    const ends = await Promise.all(tries)
    expectValue(ends.filter((end) => end === 'in').length, 50, 'how many got in')
    expectValue(hashes, 50, 'how many were hashed')
    await reserve(store, ...budgets)
  },
  'the failure that reaches the threshold locks, and says for how long': async (store) => {
    const ada = budget('ada', { threshold: 3 })
    await fail(store, 2, ada)
    const { retryAfter, failures } = await store.failed(await reserve(store, ada), [ada])
    expectValue(failures, 3, 'failures')
    if (retryAfter < HOUR - 5000 || retryAfter > HOUR) {
      throw new Error(`retryAfter is ${retryAfter}; it is milliseconds until the lock is over`)
    }
    expectValue((await store.reserve([ada])).kind, 'locked', 'reserve() while locked')
  },
  'V-01: a lock counts from the last failure, and tries while it holds change nothing': async (
    store,
  ) => {
    const ada = budget('ada', { threshold: 2, base: 600, cap: 5000 })
    await fail(store, 2, ada)
    for (let step = 0; step < 3; step++) {
      const answer = await store.reserve([ada])
      if (answer.kind !== 'locked' || answer.retryAfter > 600) {
        throw new Error(`reserve() while locked gave ${JSON.stringify(answer)}`)
      }
      await pass(40)
    }
    await pass(600)
    // One at a time now: each guess makes the next lock.
    const id = await reserve(store, ada)
    expectValue((await store.reserve([ada])).kind, 'wait', 'reserve() of a second one')
    const { retryAfter, failures } = await store.failed(id, [ada])
    expectValue(failures, 3, 'failures')
    if (retryAfter <= 600 || retryAfter > 1200)
      throw new Error(`the second lock is ${retryAfter} ms`)
  },
  'SW-03, SW-04: what locks for longer than the window is not forgotten with the lock': async (
    store,
  ) => {
    const ada = budget('ada', { threshold: 1, window: 500, base: 600, cap: 5000 })
    await fail(store, 1, ada)
    await pass(700)
    const { retryAfter, failures } = await store.failed(await reserve(store, ada), [ada])
    expectValue(failures, 2, 'failures')
    if (retryAfter <= 600) throw new Error(`the second lock is ${retryAfter} ms`)
  },
  'no lock is longer than the cap': async (store) => {
    const ada = budget('ada', { threshold: 1, base: 1, cap: 30 })
    for (let time = 0; time < 8; time++) {
      const { retryAfter } = await store.failed(await reserve(store, ada), [ada])
      if (retryAfter > 30) throw new Error(`the lock is ${retryAfter} ms, and 30 is the longest`)
      await pass(40)
    }
  },
  'failures are forgotten when the window is over, and by a right one': async (store) => {
    const quick = budget('quick', { threshold: 2, window: 100 })
    await fail(store, 1, quick)
    await pass(150)
    await fail(store, 1, quick)
    await reserve(store, quick)
    const ada = budget('ada', { threshold: 2 })
    await fail(store, 1, ada)
    await store.succeeded(await reserve(store, ada), [ada], [ada.key])
    await fail(store, 1, ada)
    await reserve(store, ada)
  },
  'a right one does not forget what its address did': async (store) => {
    const [ada, address] = [budget('ada'), budget('10.0.0.1', { threshold: 3 })]
    await fail(store, 2, ada, address)
    await store.succeeded(await reserve(store, ada, address), [ada, address], [ada.key])
    const { failures } = await store.failed(await reserve(store, ada, address), [ada, address])
    expectValue(failures, 3, 'failures of the address')
    const other = await store.reserve([budget('bob'), address])
    expectValue(other.kind, 'locked', 'reserve() of another account from there')
    expectValue((await store.reserve([ada])).kind, 'reserved', 'reserve() from elsewhere')
  },
  'takes of all budgets or of none': async (store) => {
    const [ada, bob, address] = [
      budget('ada', { threshold: 1 }),
      budget('bob', { threshold: 2 }),
      budget('10.0.0.1'),
    ]
    await fail(store, 1, ada)
    for (let time = 0; time < 20; time++) {
      expectValue((await store.reserve([ada, bob, address])).kind, 'locked', 'reserve()')
    }
    await reserve(store, bob, address)
    await reserve(store, bob, address)
    expectValue((await store.reserve([bob, address])).kind, 'wait', 'reserve() of a third')
  },
  'what is given back can be taken again': async (store) => {
    const ada = budget('ada', { threshold: 1 })
    const id = await reserve(store, ada)
    expectValue((await store.reserve([ada])).kind, 'wait', 'reserve() of a second one')
    await store.released(id, [ada])
    await store.released(id, [ada])
    await reserve(store, ada)
  },
  'a failure counts also when nobody reserved it': async (store) => {
    const ada = budget('ada', { threshold: 1 })
    await store.failed(NOBODY, [ada])
    expectValue((await store.reserve([ada])).kind, 'locked', 'reserve()')
  },
  'V-01, S-LOCK-2: locks 30 s from the fifth failure, twice as long with each more, an hour at most':
    async (store) => {
      const ada = budget('ada', { base: 30_000, cap: HOUR })
      const seconds = [0, 0, 0, 0, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600]
      for (const [at, lock] of seconds.entries()) {
        const { retryAfter, failures } = await store.failed(NOBODY, [ada])
        expectValue(failures, at + 1, 'failures')
        expectValue(Math.ceil(retryAfter / 5000) * 5, lock, `the lock of failure ${at + 1}`)
      }
    },
  'status() says where each budget stands, in their order, and changes nothing': async (store) => {
    const [ada, bob, eve] = [budget('ada', { threshold: 2 }), budget('bob'), budget('eve')]
    await fail(store, 2, ada)
    await fail(store, 1, eve)
    for (let time = 0; time < 20; time++) {
      const standing = await store.status([bob, ada, eve])
      expectValue(standing.map(({ failures }) => failures).join(), '0,2,1', 'failures')
      const locked = standing.map(({ retryAfter }) => retryAfter > 0 && retryAfter <= HOUR)
      expectValue(locked.join(), 'false,true,false', 'which are locked')
    }
    await reserve(store, bob, eve)
  },
  'LOCK-8: refuses keys that are no digests, and budgets that are none': async (store) => {
    const wrong: readonly unknown[] = [
      [],
      [budget('a', { key: '' })],
      [budget('a', { key: 'ada@example.com' })],
      [budget('a', { threshold: 0 })],
      [budget('a', { window: Number.NaN })],
      [budget('a', { base: 1.5 })],
      [budget('a', { cap: Number.POSITIVE_INFINITY })],
      [budget('a'), budget('a')],
    ]
    for (const budgets of wrong) {
      await expectThrow(() => store.reserve(budgets as Budgets), 'reserve() of wrong budgets')
      await expectThrow(() => store.status(budgets as Budgets), 'status() of wrong budgets')
    }
  },
  'of many with several budgets in any order none waits for another for ever': async (store) => {
    const [one, two] = [budget('one', { threshold: 50 }), budget('two', { threshold: 50 })]
    await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const budgets = at % 2 === 0 ? [one, two] : [two, one]
        const answer = await store.reserve(budgets)
        if (answer.kind === 'reserved' && at % 3 === 0) await store.failed(answer.id, budgets)
        else if (answer.kind === 'reserved') await store.released(answer.id, budgets)
      }),
    )
  },
}

/**
 * What every store of attempts must do, with some waiting, since stores go by clocks of their own:
 * `for (const { name, run } of attemptStoreContract(makeStore)) test(name, run)`.
 *
 * @param makeStore gives an empty store for each check
 */
export function attemptStoreContract(
  makeStore: () => AttemptStore | Promise<AttemptStore>,
): readonly StoreCheck[] {
  return storeChecks(CHECKS, makeStore)
}
