import { HttpError } from 'trefoil'
import { type CallJobs, jobQueue, NoRetry } from 'trefoil/jobs'
import { type TestResponse, testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type JobsApp, jobsApp, jobsTable } from './jobs-app.ts'

const Mail = z.object({ to: z.string(), copies: z.number().default(1) })

/** An app whose job writes down whom it has mailed, and routes that send, look and cancel. */
function mailApp(options: Parameters<typeof jobsApp>[0] = {}) {
  const it = jobsApp(options)
  const { app, jobs, data } = it
  const mail = jobs.define('mail', Mail, async ({ to }, call) => {
    const db = await call.resolve(data.db)
    await db.insertInto('done').values({ what: to }).execute()
  })
  const key = z.string().optional()
  const fail = z.boolean().default(false)
  app.post(
    '/mails',
    { params: { to: z.string(), fail, key, queue: jobs.queue } },
    async ({ to, fail, key, queue }) => {
      const sent = await queue.send(mail, { to }, key === undefined ? {} : { key })
      if (fail) throw new HttpError(409, 'No')
      return sent
    },
  )
  app.get('/mails/{id}', { params: { id: z.string() } }, async ({ id }, call) => {
    const found = await jobs.find(call, id)
    if (found === null) throw new HttpError(404, 'There is no such job')
    return found
  })
  app.delete('/mails/{id}', { params: { id: z.string() } }, async ({ id }, call) => {
    if (!(await jobs.cancel(call, id))) throw new HttpError(404, 'There is no such job')
  })
  const { http } = testClient(app)
  const send = (json: object, token = 'ada.acme') => http.post('/mails', { json, token })
  return { ...it, mail, http, send }
}

async function idOf(answer: Promise<TestResponse>): Promise<string> {
  return ((await answer).json() as { id: string }).id
}

describe('a job', () => {
  test('is sent with its call, seen by nobody before, and done once', async () => {
    const it = mailApp()
    const sent = await it.send({ to: 'bob' })
    expect(sent.json()).toMatchObject({ isNew: true })
    expect(await it.done()).toEqual([])
    expect(await it.jobs.runDue()).toBe(1)
    expect(await it.jobs.runDue()).toBe(0)
    expect(await it.done()).toEqual(['bob'])
    expect(await jobsTable(it)).toMatchObject([{ state: 'done', failures: 0, failure: null }])
  })

  test('of a call that fails is not sent', async () => {
    const it = mailApp()
    expect((await it.send({ to: 'bob', fail: true })).status).toBe(409)
    expect(await jobsTable(it)).toEqual([])
    expect(await it.jobs.runDue()).toBe(0)
  })

  test('of a key is one job of its name and tenant, also once it is done, until it is removed', async () => {
    const it = mailApp({ keep: '1h' })
    const first = await idOf(it.send({ to: 'bob', key: 'k' }))
    expect((await it.send({ to: 'eve', key: 'k' }, 'bob.acme')).json()).toEqual({
      id: first,
      isNew: false,
    })
    await it.jobs.runDue()
    expect((await it.send({ to: 'bob', key: 'k' })).json()).toEqual({ id: first, isNew: false })
    // Another tenant's is another.
    expect((await it.send({ to: 'bob', key: 'k' }, 'ada.other')).json()).toMatchObject({
      isNew: true,
    })
    await it.jobs.runDue()
    expect(await it.done()).toEqual(['bob', 'bob'])
    it.clock.pass(3_700_000)
    await it.jobs.runDue()
    expect(await jobsTable(it)).toEqual([])
    expect((await it.send({ to: 'bob', key: 'k' })).json()).toEqual({ id: first, isNew: true })
  })

  test('runs for whoever sent it: by name and tenant, without claims, roles or a token', async () => {
    const it = jobsApp()
    const seen: unknown[] = []
    const look = it.jobs.define('look', {}, (_, call, job) => {
      const { subject, tenant, kind, roles, claims, issuer } = call.auth ?? {}
      seen.push({ subject, tenant, kind, roles: [...(roles ?? [])], claims, issuer })
      seen.push([call.action.name, call.source, call.requestId, call.trace?.traceId, job.attempt])
    })
    let sent: unknown[] = []
    it.app.post('/', { params: { queue: it.jobs.queue } }, async ({ queue }, call) => {
      sent = ['job look', call.source, call.requestId, call.trace?.traceId, 1]
      expect(call.trace?.traceId).toMatch(/^[0-9a-f]{32}$/)
      await queue.send(look, {})
    })
    await testClient(it.app).http.post('/', { token: 'ada.acme' })
    await it.jobs.runDue()
    expect(seen).toEqual([
      {
        subject: 'ada',
        tenant: 'acme',
        kind: 'person',
        roles: [],
        claims: {},
        issuer: undefined,
      },
      sent,
    ])
    expect(JSON.stringify(await jobsTable(it))).not.toMatch(/boss|bearer|ada\.acme/)
  })

  test('sent by the app itself is nobody’s', async () => {
    const it = mailApp()
    await it.app.startup()
    const { id } = await it.data.unit((db) => it.jobs.send(db, it.mail, { to: 'bob' }))
    expect((await it.http.get(`/mails/${id}`, { token: 'ada.acme' })).status).toBe(404)
    expect(await it.jobs.runDue()).toBe(1)
    await expect(
      it.data.unit(async (db) => {
        await it.jobs.send(db, 'mail', { to: 'eve' })
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(await it.jobs.runDue()).toBe(0)
  })

  test('with a delay waits for it', async () => {
    const it = mailApp()
    await it.app.startup()
    await it.data.unit((db) => it.jobs.send(db, 'mail', { to: 'bob' }, { delay: '5m' }))
    it.clock.pass(299_999)
    expect(await it.jobs.runDue()).toBe(0)
    it.clock.pass(1)
    expect(await it.jobs.runDue()).toBe(1)
  })

  test('sends others in its own unit of work', async () => {
    const it = mailApp()
    it.jobs.define('all', z.object({ to: z.array(z.string()) }), async ({ to }, call) => {
      const queue: CallJobs = await call.resolve(it.jobs.queue)
      for (const one of to) await queue.send('mail', { to: one })
      if (to.length > 2) throw new NoRetry('too many')
    })
    await it.app.startup()
    for (const to of [
      ['a', 'b'],
      ['c', 'd', 'e'],
    ]) {
      await it.data.unit((db) => it.jobs.send(db, 'all', { to }))
    }
    await it.jobs.runDue()
    expect((await it.done()).toSorted()).toEqual(['a', 'b'])
  })
})

describe('a job that fails', () => {
  function failing(options: object, handler: (count: number) => unknown) {
    const it = jobsApp()
    let count = 0
    it.jobs.define('work', { backoff: '10s', ...options }, async (_, call) => {
      const db = await call.resolve(it.data.db)
      await db
        .insertInto('done')
        .values({ what: `${++count}` })
        .execute()
      return handler(count)
    })
    return { ...it, count: () => count }
  }

  async function sendOne({ app, data, jobs }: JobsApp, options = {}) {
    await app.startup()
    return data.unit((db) => jobs.send(db, 'work', { a: 1 }, options))
  }

  test('is tried again, later and later, and what it did is taken back', async () => {
    const it = failing({ retries: 3 }, (count) => {
      if (count < 3) throw new Error(`not yet ${count}`)
    })
    await sendOne(it)
    await it.jobs.runDue()
    expect(await jobsTable(it)).toMatchObject([
      { state: 'waiting', failures: 1, failure: 'Error: not yet 1' },
    ])
    it.clock.pass(4_999)
    expect(await it.jobs.runDue()).toBe(0)
    it.clock.pass(5_001)
    expect(await it.jobs.runDue()).toBe(1)
    it.clock.pass(9_999)
    expect(await it.jobs.runDue()).toBe(0)
    it.clock.pass(10_001)
    expect(await it.jobs.runDue()).toBe(1)
    expect(await it.done()).toEqual(['3'])
    expect(await jobsTable(it)).toMatchObject([{ state: 'done', failures: 2, failure: null }])
  })

  test('too often is dead, kept, listed, and can be begun anew', async () => {
    const it = failing({ retries: 1 }, (count) => {
      if (count < 3) throw new Error('no')
    })
    const { id } = await sendOne(it, { key: 'k' })
    await it.jobs.runDue()
    it.clock.pass(10_000)
    await it.jobs.runDue()
    expect(await jobsTable(it)).toMatchObject([{ state: 'dead', failures: 2 }])
    expect(it.lines.at(-1)).toMatchObject([
      { job: id, name: 'work', attempt: 2 },
      'A job failed for good; see trefoil jobs list --state dead',
    ])
    // Its key is taken: whoever sends it again would do twice what may be half done.
    const again = await it.data.unit((db) => it.jobs.send(db, 'work', {}, { key: 'k' }))
    expect(again).toEqual({ id, isNew: false })
    expect(await it.jobs.runDue()).toBe(0)
    const [list, retry] = ['list', 'retry'].map((name) =>
      it.jobs.commands?.find((command) => command.name === name),
    )
    const context = { app: null as never, signal: new AbortController().signal }
    expect(await list?.run({ ...context, options: { state: 'dead' } })).toMatchObject({
      text: expect.stringMatching(
        new RegExp(`^${id}  .*  dead       work  failures 2  Error: no$`),
      ),
      json: { jobs: [{ id, state: 'dead', data: { a: 1 }, sender: null }] },
    })
    expect(await retry?.run({ ...context, options: { id } })).toMatchObject({ exit: 0 })
    expect(await retry?.run({ ...context, options: { id } })).toMatchObject({ exit: 1 })
    expect(await it.jobs.runDue()).toBe(1)
    expect(await jobsTable(it)).toMatchObject([{ state: 'done' }])
  })

  test('that waits for its next try is cancelled by the command, once', async () => {
    const it = failing({ retries: 9 }, () => {
      throw new Error('no')
    })
    const { id } = await sendOne(it)
    await it.jobs.runDue()
    const cancel = it.jobs.commands?.find(({ name }) => name === 'cancel')
    const context = { app: null as never, signal: new AbortController().signal }
    expect(await cancel?.run({ ...context, options: { id } })).toMatchObject({ exit: 0 })
    expect(await jobsTable(it)).toMatchObject([{ state: 'cancelled' }])
    expect(await cancel?.run({ ...context, options: { id } })).toMatchObject({ exit: 1 })
    it.clock.pass(3_600_000)
    expect(await it.jobs.runDue()).toBe(0)
  })

  test('with NoRetry is dead at once', async () => {
    const it = failing({ retries: 9 }, () => {
      throw new NoRetry('never')
    })
    await sendOne(it)
    await it.jobs.runDue()
    expect(await jobsTable(it)).toMatchObject([{ state: 'dead', failure: 'NoRetry: never' }])
  })

  test('by taking too long is told so, and what it did is taken back', async () => {
    let signal: AbortSignal | null = null
    const it = jobsApp()
    it.jobs.define('work', { timeout: '20ms', retries: 0 }, async (_, call) => {
      signal = call.signal
      const db = await call.resolve(it.data.db)
      await db.insertInto('done').values({ what: 'half' }).execute()
      await new Promise(() => {})
    })
    await sendOne(it)
    await it.jobs.runDue()
    expect(signal).toMatchObject({ aborted: true })
    expect(await it.done()).toEqual([])
    expect(await jobsTable(it)).toMatchObject([
      { state: 'dead', failure: 'JobTimedOut: The job took longer than 20 ms' },
    ])
  })

  test('whose data the schema of today does not take is dead, and its values are not told', async () => {
    const it = mailApp()
    await it.app.startup()
    const { id } = await it.data.unit((db) => it.jobs.send(db, 'mail', { to: 'secret-1' }))
    await it.data.unit((db) =>
      it.data
        .statements(db)
        .run('update trefoil_jobs set data = ? where id = ?', ['{"to":["secret-1"]}', id]),
    )
    await it.jobs.runDue()
    const [row] = await jobsTable(it)
    expect(row).toMatchObject({
      state: 'dead',
      failure: "NoRetry: job 'mail': its schema does not take data.to",
    })
    expect(JSON.stringify(it.lines)).not.toContain('secret-1')
  })

  test('of a name that nobody defines any more waits, and is told of', async () => {
    const it = jobsApp()
    await it.app.startup()
    await it.data.unit((db) =>
      it.data
        .statements(db)
        .run(
          "insert into trefoil_jobs (id, queue, state, data, start_at, created_at) values ('a', 'gone', 'waiting', '{}', 0, 0)",
        ),
    )
    expect(await it.jobs.runDue()).toBe(0)
    expect(await jobsTable(it)).toMatchObject([{ state: 'waiting' }])
    expect(it.lines).toContainEqual([
      { jobs: ['gone'] },
      'Jobs are waiting that this app does not define; nobody does them',
    ])
  })
})

describe('PW-41: a job belongs to the principal and tenant of its call', () => {
  test('foreign ids look like none: reading and cancelling', async () => {
    const it = mailApp()
    const id = await idOf(it.send({ to: 'bob' }))
    const ask = async (token: string, path = id) => {
      const answers = [
        await it.http.get(`/mails/${path}`, { token }),
        await it.http.delete(`/mails/${path}`, { token }),
      ]
      return answers.map(({ status, text }) => [
        status,
        text.replaceAll(/"(?:request|trace)_id":"[^"]*"/g, ''),
      ])
    }
    const none = await ask('ada.acme', 'no-such-job')
    expect(none.map(([status]) => status)).toEqual([404, 404])
    for (const token of ['bob.acme', 'ada.other', 'ada']) {
      expect(JSON.stringify(await ask(token)).replaceAll(id, 'no-such-job')).toBe(
        JSON.stringify(none),
      )
    }
    expect((await it.http.get(`/mails/${id}`, { token: 'ada.acme' })).json()).toEqual({
      id,
      name: 'mail',
      state: 'waiting',
      failures: 0,
      createdAt: it.clock.at,
      startedAt: null,
      endedAt: null,
    })
    expect((await it.http.delete(`/mails/${id}`, { token: 'ada.acme' })).status).toBe(204)
    expect(await it.jobs.runDue()).toBe(0)
    expect(await jobsTable(it)).toMatchObject([{ state: 'cancelled' }])
  })

  test('a running job that is cancelled hears of it, and what it did is taken back', async () => {
    const it = jobsApp()
    const started = Promise.withResolvers<AbortSignal>()
    const work = it.jobs.define('work', {}, async (_, call) => {
      started.resolve(call.signal)
      await new Promise((_, reject) => call.signal.addEventListener('abort', reject))
    })
    it.app.post('/', { params: { queue: it.jobs.queue } }, ({ queue }) => queue.send(work, {}))
    it.app.delete('/{id}', { params: { id: z.string() } }, ({ id }, call) =>
      it.jobs.cancel(call, id),
    )
    const { http } = testClient(it.app)
    const id = await idOf(http.post('/', { token: 'ada' }))
    const running = it.jobs.runDue()
    const signal = await started.promise
    expect((await http.delete(`/${id}`, { token: 'ada' })).json()).toBe(true)
    await running
    expect(signal.aborted).toBe(true)
    expect(await jobsTable(it)).toMatchObject([{ state: 'cancelled', failures: 0 }])
  })
})

describe('what is refused', () => {
  test('data that JSON has no form for, that is too large, that the schema does not take', async () => {
    const it = mailApp({ maxData: '1kb' })
    it.jobs.define('any', {}, () => {})
    await it.app.startup()
    const send = (job: string, data: unknown) => it.data.unit((db) => it.jobs.send(db, job, data))
    const cyclic: Record<string, unknown> = {}
    cyclic['self'] = cyclic
    for (const [data, message] of [
      [{ at: new Date() }, "job 'any': data.at is a value that JSON has no form for"],
      [new Map(), 'data is a value'],
      [{ a: [1n] }, 'data.a[0] is a value'],
      [undefined, 'data is a value'],
      [{ n: Number.NaN }, 'data.n is a value'],
      [{ toJSON: () => 'other' }, 'data.toJSON is a value'],
      [cyclic, 'nested too deeply'],
      ['x'.repeat(2000), 'data has 2002 bytes, and 1024 are the most (maxData)'],
    ] as const) {
      await expect(send('any', data)).rejects.toMatchObject({
        name: 'JobDataRefused',
        message: expect.stringContaining(message),
      })
    }
    await expect(send('mail', { to: 1, copies: 'secret' })).rejects.toThrow(
      "job 'mail': its schema does not take data.to, data.copies",
    )
    await expect(send('mial', {})).rejects.toThrow(
      'there is no such job; jobs.define() has mail, any',
    )
    expect(await jobsTable(it)).toEqual([])
  })

  test('options that are wrong, with what to write', () => {
    const { data, jobs } = jobsApp()
    const define =
      (options: object, name = 'x') =>
      () =>
        jobs.define(name, options, () => {})
    expect(() => jobQueue({ data: {} as never })).toThrow(
      'jobQueue(): data must be a part of database()',
    )
    expect(() => jobQueue({ data })).toThrow('this database has a queue already')
    expect(define({ retries: -1 })).toThrow("jobs.define('x'): retries must be")
    expect(define({ timeout: 5 })).toThrow("jobs.define('x')")
    expect(define({ cron: '* *' })).toThrow("jobs.define('x'): cron has five fields")
    expect(define({ cron: '60 * * * *' })).toThrow('cron: the minute must be numbers from 0 to 59')
    expect(define({ cron: '* * * * *', timeZone: 'Mars' })).toThrow('timeZone must be a time zone')
    expect(define({}, 'a b')).toThrow('must be a name such as mail')
    expect(() => jobs.define('x', {}, 1 as never)).toThrow('takes a function')
    expect(define({ retry: 1 })).toThrow("jobs.define('x')")
    define({})()
    expect(define({})).toThrow("jobs.define('x'): the name is taken")
  })

  test('the queue in an action that changes nothing stops the start', async () => {
    const it = mailApp()
    it.app.get('/wrong', { params: { queue: it.jobs.queue } }, () => 1)
    await expect(it.app.startup()).rejects.toThrow('/wrong')
  })

  test('cron with a schema that does not take nothing stops the start', async () => {
    const it = jobsApp()
    it.jobs.define('x', { cron: '* * * * *', data: Mail }, () => {})
    await expect(it.app.startup()).rejects.toThrow('cron sends {}')
  })
})
