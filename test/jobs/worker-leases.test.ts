import { type JobQueueOptions, NoRetry } from 'trefoil/jobs'
import { testClient } from 'trefoil/testing'
import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { JobStore } from '../../packages/trefoil/src/features/jobs/job-store.ts'
import { Worker, type WorkerOptions } from '../../packages/trefoil/src/features/jobs/worker.ts'
import { type JobsApp, jobsApp, jobsTable, TestClock } from './jobs-app.ts'

const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
/** The machine's, so many milliseconds on. */
const clockAt = (ahead: number) => ({
  now: () => Date.now() + ahead,
  elapsed: () => performance.now(),
})

/** An app whose worker works by itself. */
function workingApp(options: Partial<JobQueueOptions>): JobsApp {
  return jobsApp({ work: 'always', clock: clockAt(0), ...options })
}

async function sendOne({ app, data, jobs }: JobsApp, name = 'work') {
  await app.startup()
  return data.unit((db) => jobs.send(db, name, {}))
}

async function leaseOf(it: JobsApp): Promise<number> {
  const [row] = await jobsTable(it)
  return Number(row?.['leased_until']) - Date.now()
}

interface Stub extends Partial<WorkerOptions> {
  /** Names that were asked for. */
  readonly taken?: string[]
}

/** A worker of one job with `cron`, over a store that has nothing. */
function stubWorker({ taken = [], ...options }: Stub): Worker {
  const store: Partial<JobStore> = {
    waitingQueues: () => [],
    reclaim: () => 0,
    sweep: () => 0,
    nextStart: () => null,
    take: (queue) => {
      taken.push(queue)
      return []
    },
  }
  const definition = { queue: 'work', concurrency: 1, cron: { lastTick: () => null } }
  const definitions = new Map([['work', definition]])
  const app = { log: { error() {} } }
  // As much of it as it asks for.
  return new Worker({ store, definitions, app, lease: 60_000_000, ...options } as never)
}

describe('STO-4: a worker', () => {
  test('that seldom looks for jobs of others speaks for its own within their lease', async () => {
    const it = workingApp({ poll: '1h', lease: '300ms' })
    it.jobs.define('work', {}, () => later(700))
    await sendOne(it)
    await later(550)
    expect(await leaseOf(it)).toBeGreaterThan(0)
  })

  test('that stops speaks for what it waits for', async () => {
    const it = workingApp({ lease: '300ms' })
    const started = Promise.withResolvers<void>()
    it.jobs.define('work', {}, () => {
      started.resolve()
      return later(700)
    })
    await sendOne(it)
    await started.promise
    const drained = it.app.drain()
    await later(550)
    expect(await leaseOf(it)).toBeGreaterThan(0)
    await drained
    expect(await jobsTable(it)).toMatchObject([{ state: 'done', runs: 1, failures: 0 }])
  })

  test('that seldom looks sends what cron says in its minute', async () => {
    const began = Date.now()
    // It is a tenth of a second to the next minute.
    const clock = { now: () => 59_900 + Date.now() - began, elapsed: () => performance.now() }
    const sendDue = vi.fn(async (_from: number, _to: number) => {})
    const worker = stubWorker({ clock, sendDue, poll: 3_600_000 })
    worker.start()
    await vi.waitFor(() => expect(sendDue).toHaveBeenCalledTimes(2), { timeout: 3000 })
    const [from, to] = sendDue.mock.calls[1] ?? []
    expect(from).toBeLessThan(60_000)
    expect(to).toBeGreaterThanOrEqual(60_000)
    await worker.stop()
  })

  test('sends a tick later that met a database that was away, and does the rest meanwhile', async () => {
    const clock = new TestClock()
    const ticks: (readonly [number, number])[] = []
    const taken: string[] = []
    const worker = stubWorker({
      clock,
      taken,
      sendDue: async (from, to) => {
        ticks.push([from, to])
        if (ticks.length === 1) throw new Error('away')
      },
    })
    const begin = clock.now()
    clock.pass(60_000)
    await worker.runDue()
    expect(taken).toEqual(['work'])
    clock.pass(1000)
    await worker.runDue()
    await worker.runDue()
    const end = begin + 61_000
    expect(ticks).toEqual([
      [begin, begin + 60_000],
      [begin, end],
      [end, end],
    ])
  })

  const thrown: Readonly<Record<string, () => unknown>> = {
    undefined: () => undefined,
    null: () => null,
    'a symbol': () => Symbol('x'),
    'a proxy that refuses': () =>
      new Proxy(new Error('x'), {
        getPrototypeOf() {
          throw new Error('y')
        },
        get() {
          throw new Error('z')
        },
      }),
    'an Error whose name is no text': () => Object.assign(new Error('x'), { name: Symbol('x') }),
    'an Error whose message throws': () =>
      Object.defineProperty(new Error('x'), 'message', {
        get() {
          throw new Error('y')
        },
      }),
    'NoRetry whose message throws': () =>
      Object.defineProperty(new NoRetry('x'), 'message', {
        get() {
          throw new Error('y')
        },
      }),
  }

  test.each(Object.entries(thrown))(
    'whose job throws %s goes on, and it is dead',
    async (_, make) => {
      const it = jobsApp()
      it.jobs.define('work', { retries: 0 }, () => {
        throw make()
      })
      await sendOne(it)
      await it.jobs.runDue()
      expect(await jobsTable(it)).toMatchObject([{ state: 'dead', failures: 1 }])
    },
  )
})

test('STO-4: a time that no timer can wait is refused, and not waited not at all', () => {
  const { jobs } = jobsApp()
  expect(() => jobs.define('x', { timeout: '30d' }, () => {})).toThrow(
    "jobs.define('x'): timeout must be 24d at most",
  )
  expect(() => jobs.define('x', { timeout: '24d' }, () => {})).not.toThrow()
})

test('STO-4: a call finds and cancels what it has sent itself', async () => {
  const it = jobsApp()
  const work = it.jobs.define('work', {}, () => {})
  it.app.post('/', { params: { queue: it.jobs.queue } }, async ({ queue }) => {
    const { id } = await queue.send(work, {})
    const before = await queue.find(id)
    return [before?.state, await queue.cancel(id), (await queue.find(id))?.state]
  })
  it.app.post('/{id}', { params: { id: z.string(), queue: it.jobs.queue } }, ({ id, queue }) =>
    queue.cancel(id),
  )
  const { http } = testClient(it.app)
  expect((await http.post('/', { token: 'ada' })).json()).toEqual(['waiting', true, 'cancelled'])
  expect(await it.jobs.runDue()).toBe(0)
  const [row] = await jobsTable(it)
  await it.data.unit((db) =>
    it.data.statements(db).run("update trefoil_jobs set state = 'waiting'", []),
  )
  expect((await http.post(`/${row?.['id']}`, { token: 'bob' })).json()).toBe(false)
})
