import { expect } from 'vitest'
import type {
  JobQueueFacts,
  JobStore,
  NewJob,
  TakenJob,
} from '../../packages/trefoil/src/features/jobs/job-store.ts'
import { failureText } from '../../packages/trefoil/src/features/jobs/payload.ts'

/** Stores of one database, as several workers have them. */
export interface JobStores {
  /** A worker's store, open. */
  open(queues?: readonly JobQueueFacts[]): Promise<JobStore>
  unit<Value>(work: (unit: unknown) => PromiseLike<Value> | Value): Promise<Value>
  /** Lets time pass for all of them, by a clock or by the times in the table. */
  pass(ms: number): Promise<void>
  now(): number
}

export const LEASE = 30_000

/** `often` begins anew three times, `once` never. */
export const QUEUES: readonly JobQueueFacts[] = [
  { queue: 'often', retries: 3, backoff: 10_000, longestBackoff: 15_000, timeout: 60_000 },
  { queue: 'once', retries: 0, backoff: 10_000, longestBackoff: 15_000, timeout: 60_000 },
  // As long as nobody else's queue would let it be.
  { queue: 'long', retries: 0, backoff: 1000, longestBackoff: 1000, timeout: 20 * 86_400_000 },
]

let count = 0

function newJob(given: Partial<NewJob>, now: number): NewJob {
  const end = String(++count).padStart(12, '0')
  return {
    id: `00000000-0000-7000-8000-${end}`,
    queue: 'often',
    data: '{"a":[1,"é\\u0000\\ud800"]}',
    sender: '{"subject":"ada"}',
    key: null,
    startAt: now,
    ...given,
  }
}

type Check = (stores: JobStores) => Promise<void>

/** What every store of jobs does: one check a test. */
export const JOB_STORE_CHECKS: Readonly<Record<string, Check>> = {
  'a job is taken once it is committed, by one worker, and comes as it was put in': async (
    stores,
  ) => {
    const [one, other] = [await stores.open(), await stores.open()]
    const job = newJob({ key: 'k' }, stores.now())
    await stores.unit(async (unit) => {
      expect(await one.add(unit, job)).toBe(true)
      expect(await other.find(job.id)).toBe(null)
    })
    const { startAt, ...asPutIn } = job
    expect(await one.find(job.id)).toMatchObject({ ...asPutIn, state: 'waiting', failures: 0 })
    expect(Math.abs(Number((await one.find(job.id))?.startAt) - startAt)).toBeLessThan(5000)
    const [first, second] = await Promise.all([one.take('often', 5), other.take('often', 5)])
    expect([...first, ...second]).toMatchObject([{ ...asPutIn, state: 'running' }])
    expect(await one.take('once', 5)).toEqual([])
  },
  'what is rolled back was never there': async (stores) => {
    const store = await stores.open()
    const job = newJob({}, stores.now())
    const failed = stores.unit(async (unit) => {
      await store.add(unit, job)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await store.find(job.id)).toBe(null)
    expect(await store.take('often', 5)).toEqual([])
    expect(await stores.unit((unit) => store.add(unit, job))).toBe(true)
  },
  'of one id there is one, whatever has become of it': async (stores) => {
    const store = await stores.open()
    const job = newJob({}, stores.now())
    const add = (more = {}) => stores.unit((unit) => store.add(unit, { ...job, ...more }))
    expect([await add(), await add({ data: '2' })]).toEqual([true, false])
    const [taken] = await store.take('often', 5)
    expect(await add({ data: '3' })).toBe(false)
    await stores.unit((unit) => store.finish(unit, taken as TakenJob))
    expect(await add({ data: '4' })).toBe(false)
    expect(await store.find(job.id)).toMatchObject({ state: 'done', data: job.data })
    expect(await store.take('often', 5)).toEqual([])
  },
  'nothing begins before its time, and the oldest first': async (stores) => {
    const store = await stores.open()
    const now = stores.now()
    const late = newJob({ startAt: now + 60_000 }, now)
    const [a, b, c] = [newJob({}, now), newJob({}, now), newJob({}, now)]
    for (const job of [late, a, b, c]) await stores.unit((unit) => store.add(unit, job))
    expect((await store.take('often', 2)).map(({ id }) => id)).toEqual([a.id, b.id])
    expect((await store.take('often', 2)).map(({ id }) => id)).toEqual([c.id])
    expect(Math.abs(Number(await store.nextStart(['often'])) - late.startAt)).toBeLessThan(50)
    expect(await store.nextStart(['once'])).toBe(null)
    await stores.unit((unit) => store.add(unit, newJob({ queue: 'long' }, now)))
    expect(await store.take('long', 2)).toMatchObject([{ state: 'running' }])
    await stores.pass(60_001)
    expect((await store.take('often', 2)).map(({ id }) => id)).toEqual([late.id])
  },
  'done commits with the unit, and not without it': async (stores) => {
    const store = await stores.open()
    const job = newJob({}, stores.now())
    await stores.unit((unit) => store.add(unit, job))
    const [taken] = (await store.take('often', 1)) as [TakenJob]
    const failed = stores.unit(async (unit) => {
      expect(await store.finish(unit, taken)).toBe(true)
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await store.find(job.id)).toMatchObject({ state: 'running' })
    expect(await stores.unit((unit) => store.finish(unit, taken))).toBe(true)
    expect(await store.find(job.id)).toMatchObject({ state: 'done', failure: null })
    expect(await stores.unit((unit) => store.finish(unit, taken))).toBe(false)
  },
  'a failure comes again later and later, and is dead after the last': async (stores) => {
    const store = await stores.open()
    const job = newJob({}, stores.now())
    await stores.unit((unit) => store.add(unit, job))
    for (const [failures, longest] of [10_000, 15_000, 15_000].entries()) {
      const [taken] = (await store.take('often', 1)) as [TakenJob]
      expect(taken.failures).toBe(failures)
      await store.fail(taken, `E: ${failures}`, true)
      expect(await store.find(job.id)).toMatchObject({
        state: 'waiting',
        failures: failures + 1,
        failure: `E: ${failures}`,
      })
      await stores.pass(longest / 2 - 1000)
      expect(await store.take('often', 1)).toEqual([])
      await stores.pass(longest / 2 + 1001)
    }
    const [last] = (await store.take('often', 1)) as [TakenJob]
    await store.fail(last, 'E: last', true)
    expect(await store.find(job.id)).toMatchObject({
      state: 'dead',
      failures: 4,
      failure: 'E: last',
    })
    await stores.pass(100_000)
    expect(await store.take('often', 1)).toEqual([])
  },
  'what must not be tried again is dead at once, and can be begun anew': async (stores) => {
    const store = await stores.open()
    const job = newJob({}, stores.now())
    await stores.unit((unit) => store.add(unit, job))
    const [taken] = (await store.take('often', 1)) as [TakenJob]
    await store.fail(taken, 'E', false)
    expect(await store.find(job.id)).toMatchObject({ state: 'dead', failures: 1 })
    const retry = () => stores.unit((unit) => store.retry(unit, job.id))
    expect([await retry(), await retry()]).toEqual([true, false])
    expect(await store.find(job.id)).toMatchObject({ state: 'waiting', failures: 0 })
    const [again] = (await store.take('often', 1)) as [TakenJob]
    // Whoever held it before has lost it.
    expect(await stores.unit((unit) => store.finish(unit, taken))).toBe(false)
    expect(await stores.unit((unit) => store.finish(unit, again))).toBe(true)
  },
  'a worker that is not heard of loses its jobs, and what it does with them is not kept': async (
    stores,
  ) => {
    const [dead, live] = [await stores.open(), await stores.open()]
    const [job, once] = [newJob({}, stores.now()), newJob({ queue: 'once' }, stores.now())]
    for (const one of [job, once]) await stores.unit((unit) => live.add(unit, one))
    const [mine] = (await dead.take('often', 1)) as [TakenJob]
    await dead.take('once', 1)
    expect(await live.reclaim()).toBe(0)
    await stores.pass(LEASE + 60_001)
    expect(await live.reclaim()).toBe(2)
    expect(await live.find(job.id)).toMatchObject({ state: 'waiting', failures: 1 })
    expect(await live.find(once.id)).toMatchObject({ state: 'dead', failures: 1 })
    await stores.pass(15_000)
    const [theirs] = (await live.take('often', 1)) as [TakenJob]
    expect(await dead.keep([mine])).toEqual(new Set())
    expect(await stores.unit((unit) => dead.finish(unit, mine))).toBe(false)
    await dead.fail(mine, 'late', true)
    await dead.giveBack([mine])
    expect(await live.find(job.id)).toMatchObject({ state: 'running' })
    expect(await live.keep([theirs])).toEqual(new Set([job.id]))
    expect(await stores.unit((unit) => live.finish(unit, theirs))).toBe(true)
  },
  'what a worker does not speak for any more is another’s, though it speaks for others': async (
    stores,
  ) => {
    const store = await stores.open()
    const [a, b] = [newJob({}, stores.now()), newJob({}, stores.now())]
    for (const job of [a, b]) await stores.unit((unit) => store.add(unit, job))
    const [, ofB] = (await store.take('often', 2)) as [TakenJob, TakenJob]
    await stores.pass(61_000)
    expect(await store.keep([ofB])).toEqual(new Set([b.id]))
    await stores.pass(LEASE - 500)
    await store.reclaim()
    expect(await store.find(a.id)).toMatchObject({ state: 'waiting', failures: 1 })
  },
  'whatever text a key and a failure are, they are kept': async (stores) => {
    const store = await stores.open()
    const job = newJob({ key: 'a"\u0000\\ é🍀' }, stores.now())
    await stores.unit((unit) => store.add(unit, job))
    const [taken] = (await store.take('often', 1)) as [TakenJob]
    expect(taken.key).toBe(job.key)
    await store.fail(taken, failureText(new Error('a\u0000\ud800')), false)
    expect(await store.find(job.id)).toMatchObject({ state: 'dead', failure: 'Error: a��' })
    const long = failureText(new Error(`${'x'.repeat(491)}🍀🍀`))
    expect(long.isWellFormed()).toBe(true)
  },
  'a unit finds what it has put in, and whoever is beside it does not': async (stores) => {
    const store = await stores.open()
    const job = newJob({}, stores.now())
    await stores.unit(async (unit) => {
      await store.add(unit, job)
      expect(await store.find(job.id, unit)).toMatchObject({ state: 'waiting' })
      expect(await store.cancel(unit, job.id)).toBe(true)
      expect(await store.find(job.id, unit)).toMatchObject({ state: 'cancelled' })
      expect(await store.find(job.id)).toBe(null)
    })
    expect(await store.take('often', 1)).toEqual([])
  },
  'given back, another has it at once, and it is no failure': async (stores) => {
    const [one, other] = [await stores.open(), await stores.open()]
    const job = newJob({}, stores.now())
    await stores.unit((unit) => one.add(unit, job))
    const taken = await one.take('often', 1)
    await one.giveBack(taken)
    expect(await other.take('often', 1)).toMatchObject([{ id: job.id, failures: 0 }])
  },
  'cancelled: it does not begin, or its worker hears of it, or it had ended': async (stores) => {
    const store = await stores.open()
    const cancel = (id: string) => stores.unit((unit) => store.cancel(unit, id))
    const [a, b, c] = [0, 1, 2].map(() => newJob({}, stores.now())) as [NewJob, NewJob, NewJob]
    for (const job of [a, b, c]) await stores.unit((unit) => store.add(unit, job))
    expect(await cancel(a.id)).toBe(true)
    const [ofB, ofC] = (await store.take('often', 3)) as [TakenJob, TakenJob]
    expect([ofB.id, ofC.id]).toEqual([b.id, c.id])
    expect(await cancel(b.id)).toBe(true)
    expect(await store.keep([ofB, ofC])).toEqual(new Set([c.id]))
    expect(await stores.unit((unit) => store.finish(unit, ofB))).toBe(false)
    await store.fail(ofB, 'late', true)
    expect(await stores.unit((unit) => store.finish(unit, ofC))).toBe(true)
    expect([await cancel(c.id), await cancel(a.id)]).toEqual([false, false])
    expect(await cancel('00000000-0000-7000-8000-ffffffffffff')).toBe(false)
    const states = [a, b, c].map(async ({ id }) => (await store.find(id))?.state)
    expect(await Promise.all(states)).toEqual(['cancelled', 'cancelled', 'done'])
  },
  'of a name that nobody defines any more it waits, is listed, and can be cancelled': async (
    stores,
  ) => {
    const [old, now] = [await stores.open(), await stores.open(QUEUES.slice(0, 1))]
    const job = newJob({ queue: 'once' }, stores.now())
    await stores.unit((unit) => old.add(unit, job))
    const mine = newJob({}, stores.now())
    await stores.unit((unit) => now.add(unit, mine))
    const listed = (await now.list({ most: 9 })).map(({ id }) => id)
    expect(listed.toSorted()).toEqual([job.id, mine.id].toSorted())
    expect(await now.find(job.id)).toMatchObject({ queue: 'once', state: 'waiting' })
    expect(await stores.unit((unit) => now.cancel(unit, job.id))).toBe(true)
    expect(await stores.unit((unit) => now.retry(unit, job.id))).toBe(true)
    expect(await old.take('once', 1)).toMatchObject([{ id: job.id }])
  },
  'listed by name and state, the newest first; ids that are none find nothing': async (stores) => {
    const store = await stores.open()
    const [a, b] = [newJob({}, stores.now()), newJob({ queue: 'once' }, stores.now())]
    for (const job of [a, b]) {
      await stores.unit((unit) => store.add(unit, job))
      await stores.pass(1000)
    }
    await store.take('once', 1)
    const list = async (filter: object) =>
      (await store.list({ most: 10, ...filter })).map(({ id }) => id)
    expect(await list({})).toEqual([b.id, a.id])
    expect(await list({ most: 1 })).toEqual([b.id])
    expect(await list({ queue: 'often' })).toEqual([a.id])
    expect(await list({ state: 'running' })).toEqual([b.id])
    expect(await list({ state: 'dead' })).toEqual([])
    expect(await store.waitingQueues()).toEqual(['often'])
    for (const id of ['', "'; drop table trefoil_jobs", 'x'.repeat(5000)]) {
      expect(await store.find(id)).toBe(null)
      expect(await stores.unit((unit) => store.cancel(unit, id))).toBe(false)
      expect(await stores.unit((unit) => store.retry(unit, id))).toBe(false)
    }
  },
  'swept once they are old: the done and the cancelled, and the dead by a time of their own':
    async (stores) => {
      const store = await stores.open()
      const jobs = [0, 1, 2, 3].map(() => newJob({}, stores.now())) as [
        NewJob,
        NewJob,
        NewJob,
        NewJob,
      ]
      for (const job of jobs) await stores.unit((unit) => store.add(unit, job))
      const [done, dead, cancelled, waiting] = jobs
      const taken = (await store.take('often', 3)) as [TakenJob, TakenJob, TakenJob]
      await stores.unit((unit) => store.finish(unit, taken[0]))
      await store.fail(taken[1], 'E', false)
      await stores.unit((unit) => store.cancel(unit, cancelled.id))
      await stores.pass(10_000)
      const before = stores.now() - 5000
      expect(await store.sweep(before - 10_000, before - 10_000)).toBe(0)
      expect(await store.sweep(before, before - 10_000)).toBe(2)
      const left = (await store.list({ most: 9 })).map(({ id }) => id).toSorted()
      expect(left).toEqual([dead.id, waiting.id].toSorted())
      expect(await store.sweep(before, before)).toBe(1)
      expect(await store.find(done.id)).toBe(null)
    },
  'many workers at once take each job once': async (stores) => {
    const workers = await Promise.all([0, 1, 2, 3].map(() => stores.open()))
    const [first] = workers as [JobStore]
    const jobs = Array.from({ length: 60 }, () => newJob({}, stores.now()))
    await stores.unit(async (unit) => {
      for (const job of jobs) await first.add(unit, job)
    })
    const done: string[] = []
    const work = async (store: JobStore): Promise<void> => {
      const taken = await store.take('often', 5)
      if (taken.length === 0) return
      for (const job of taken) {
        if (await stores.unit((unit) => store.finish(unit, job))) done.push(job.id)
      }
      await work(store)
    }
    await Promise.all(workers.map(work))
    expect(done.toSorted()).toEqual(jobs.map(({ id }) => id))
  },
}
