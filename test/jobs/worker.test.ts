import { join } from 'node:path'
import { serve } from 'trefoil/node'
import { describe, expect, test, vi } from 'vitest'
import { folder, type JobsApp, jobsApp, jobsTable } from './jobs-app.ts'

const send = ({ data, jobs }: JobsApp, count = 1, options = {}) =>
  data.unit(async (db) => {
    for (let at = 0; at < count; at++) await jobs.send(db, 'work', { at }, options)
  })

/** An app whose worker looks for nothing by itself within the test: what it does it was woken for. */
const woken = (options = {}) => jobsApp({ work: 'always', poll: '1h', ...options })

describe('a worker', () => {
  test('is woken by the commit, not before it', async () => {
    const it = woken()
    const started = Promise.withResolvers<void>()
    it.jobs.define('work', {}, () => started.resolve())
    await it.app.startup()
    let isCommitted = false
    void started.promise.then(() => expect(isCommitted).toBe(true))
    await it.data.unit(async (db) => {
      await it.jobs.send(db, 'work', {})
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate)
      isCommitted = true
    })
    await started.promise
  })

  test('does so many of a name at a time, and all of them in the end', async () => {
    const it = woken()
    const all = Promise.withResolvers<void>()
    let [running, most, done] = [0, 0, 0]
    it.jobs.define('work', { concurrency: 3 }, async () => {
      most = Math.max(most, ++running)
      await new Promise(setImmediate)
      running--
      if (++done === 20) all.resolve()
    })
    await it.app.startup()
    await send(it, 20)
    await all.promise
    expect(most).toBe(3)
  })

  test('looks when the next delay is over', async () => {
    const it = jobsApp({ work: 'always', poll: '1h', clock: { now: Date.now, elapsed: Date.now } })
    const started = Promise.withResolvers<number>()
    it.jobs.define('work', {}, () => started.resolve(Date.now()))
    await it.app.startup()
    const due = Date.now() + 30
    await send(it, 1, { delay: '30ms' })
    expect((await started.promise) - due).toBeLessThan(500)
  })

  test('takes none when the app begins to stop, and waits for those that run', async () => {
    const it = woken()
    const [started, gate] = [Promise.withResolvers<AbortSignal>(), Promise.withResolvers<void>()]
    it.jobs.define('work', { concurrency: 1 }, async (_, call) => {
      started.resolve(call.draining)
      await gate.promise
    })
    await it.app.startup()
    await send(it, 2)
    const draining = await started.promise
    const drained = it.app.drain()
    expect(draining.aborted).toBe(true)
    gate.resolve()
    await drained
    expect((await jobsTable(it)).map(({ state }) => state)).toEqual(['done', 'waiting'])
  })

  test('gives back what does not end in time: no failure, and nothing of it kept', async () => {
    const file = join(folder(), 'app.db')
    const it = jobsApp({ database: { url: file } })
    const started = Promise.withResolvers<AbortSignal>()
    it.jobs.define('work', {}, async (_, call) => {
      const db = await call.resolve(it.data.db)
      await db.insertInto('done').values({ what: 'half' }).execute()
      started.resolve(call.signal)
      await new Promise(() => {})
    })
    const server = await serve(it.app, { port: 0, drainTimeout: '10ms' })
    const sending = it.data.unit((db) => it.jobs.send(db, 'work', {}))
    const signal = await started.promise
    await sending
    await server.close()
    expect(signal.aborted).toBe(true)
    const next = jobsApp({ database: { url: file } })
    next.jobs.define('work', {}, async (_, call) => {
      const db = await call.resolve(next.data.db)
      await db.insertInto('done').values({ what: 'whole' }).execute()
    })
    await next.app.startup()
    expect(await jobsTable(next)).toMatchObject([{ state: 'waiting', failures: 0 }])
    // A restart finds what is left.
    expect(await next.jobs.runDue()).toBe(1)
    expect(await next.done()).toEqual(['whole'])
  })

  test('works where a server listens, else only where it is told to', async () => {
    for (const [work, served, ran] of [
      ['serving', true, true],
      ['serving', false, false],
      ['never', true, false],
      ['always', false, true],
    ] as const) {
      const it = jobsApp({ work })
      let count = 0
      it.jobs.define('work', {}, () => void count++)
      const server = served ? await serve(it.app, { port: 0 }) : null
      if (server === null) await it.app.startup()
      await send(it)
      if (ran) await vi.waitFor(() => expect(count).toBe(1))
      else {
        for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate)
        expect([work, count]).toEqual([work, 0])
      }
      await server?.close()
    }
  })

  test('survives whatever a job throws', async () => {
    const it = jobsApp()
    const thrown: readonly unknown[] = [
      undefined,
      null,
      'text',
      7,
      { message: 'x' },
      Object.create(null),
    ]
    it.jobs.define('work', { retries: 0, backoff: '0s' }, ({ at }: never) => {
      throw thrown[at]
    })
    await it.app.startup()
    await send(it, thrown.length)
    expect(await it.jobs.runDue()).toBe(thrown.length)
    for (const row of await jobsTable(it)) {
      expect(row).toMatchObject({ state: 'dead', failure: 'threw no Error' })
    }
  })

  test('says that it cannot look, and goes on when it can', async () => {
    const it = jobsApp()
    it.jobs.define('work', {}, () => {})
    await it.app.startup()
    await send(it)
    await it.data.unit((db) =>
      it.data.statements(db).run('alter table trefoil_jobs rename to away'),
    )
    expect(await it.jobs.runDue()).toBe(0)
    expect(it.lines).toMatchObject([[{}, 'Jobs could not be looked for; it is tried again']])
    await it.data.unit((db) =>
      it.data.statements(db).run('alter table away rename to trefoil_jobs'),
    )
    expect(await it.jobs.runDue()).toBe(1)
  })
})

describe('cron', () => {
  const MINUTE = 60_000

  function two(cron: string, timeZone = 'UTC') {
    const file = join(folder(), 'app.db')
    return [0, 1].map(() => {
      const it = jobsApp({ database: { url: file } })
      it.jobs.define('work', { cron, timeZone }, async (_, call) => {
        const db = await call.resolve(it.data.db)
        await db.insertInto('done').values({ what: 'tick' }).execute()
      })
      return it
    }) as [JobsApp, JobsApp]
  }

  test('one firing a tick over several processes, whatever their clocks do', async () => {
    const [one, other] = two('*/5 * * * *')
    await one.app.startup()
    await other.app.startup()
    const both = async () => (await one.jobs.runDue()) + (await other.jobs.runDue())
    expect(await both()).toBe(0)
    for (const it of [one, other]) it.clock.pass(5 * MINUTE)
    expect(await both()).toBe(1)
    expect(await both()).toBe(0)
    // An hour forward: the last one that was missed, once.
    for (const it of [one, other]) it.clock.pass(60 * MINUTE)
    expect(await both()).toBe(1)
    // Put back: what was due has been done.
    for (const it of [one, other]) it.clock.pass(-60 * MINUTE)
    expect(await both()).toBe(0)
    for (const it of [one, other]) it.clock.pass(60 * MINUTE)
    expect(await both()).toBe(0)
    // One clock alone.
    one.clock.pass(5 * MINUTE)
    expect(await both()).toBe(1)
    other.clock.pass(5 * MINUTE)
    expect(await both()).toBe(0)
    expect(await one.done()).toHaveLength(3)
    expect(await jobsTable(one)).toMatchObject([
      { job_key: 'cron 2026-01-01T00:05:00.000Z', sender: null },
      { job_key: 'cron 2026-01-01T01:05:00.000Z' },
      { job_key: 'cron 2026-01-01T01:10:00.000Z' },
    ])
  })
})
