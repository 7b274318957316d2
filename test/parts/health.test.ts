import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { AuthContext, guard } from '../../packages/trefoil/src/auth.ts'
import { type HealthOptions, health } from '../../packages/trefoil/src/health.ts'
import { createApp, UnfitForProduction } from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'

const lines: unknown[][] = []
const logger = {
  debug() {},
  info: (...entry: unknown[]) => void lines.push(entry),
  warn() {},
  error: (...entry: unknown[]) => void lines.push(entry),
}
const base = { env: {}, log: { logger } }
const nobody = [{ authenticate: async (_request: unknown) => null, surfaces: ['api'] as const }]

/** Moves when it is told to. */
const clock = {
  at: 1_000_000,
  now: () => clock.at,
  elapsed: () => clock.at,
}
beforeEach(() => {
  clock.at = 1_000_000
})
afterEach(() => {
  lines.length = 0
  delete process.env['TREFOIL_HEALTH_PATH']
  delete process.env['TREFOIL_HEALTH_TIMEOUT']
})

const broken = () => {
  throw new Error('password authentication failed for user hunter2')
}
const client = (options: HealthOptions = {}, more: object = {}) =>
  testClient(createApp({ ...base, ...more, parts: [health({ clock, ...options })] }))

describe('health()', () => {
  test('P-NET-5: says that all is well to anybody, behind no authenticator, and to no cache', async () => {
    await using who = client({ checks: { db: () => 1 } }, { auth: nobody })
    for (const path of ['/health', '/health/ready', '/health/live']) {
      const answer = await who.http.get(path)
      expect(answer.status, path).toBe(200)
      expect(answer.json(), path).toEqual({ status: 'ok' })
      expect(answer.headers.get('cache-control')).toBe('no-store')
      const head = await who.http.head(path)
      expect([head.status, head.text]).toEqual([200, ''])
    }
    expect((await who.http.get('/health/checks')).status).toBe(404)
  })

  test('PW-37: tells strangers that something is missing, and neither what nor why', async () => {
    const checks = { db_of_acme: broken, cache: async () => 'there' }
    await using who = client({ checks })
    for (const path of ['/health', '/health/ready']) {
      const answer = await who.http.get(path)
      expect(answer.status).toBe(503)
      expect(answer.json()).toMatchObject({ code: 'health_check_failed' })
      expect(answer.text).not.toMatch(/hunter2|db_of_acme|cache|password/)
    }
    expect(lines).toContainEqual([
      expect.objectContaining({ check: 'db_of_acme', err: expect.any(Error) }),
      'Health check failed',
    ])
    // The process lives all the same: nobody restarts it because a database is away.
    expect((await who.http.get('/health/live')).status).toBe(200)
  })

  test('PW-37: shows names and reasons to whom the guard lets in', async () => {
    const auth = [
      {
        authenticate: async ({ headers }: { headers: Headers }) => {
          const token = headers.get('authorization')
          return token === null ? null : new AuthContext({ subject: token.slice(7) })
        },
        surfaces: ['api'],
      },
    ]
    const onlyOps = guard({ name: 'ops', check: (who) => who?.subject === 'ops' })
    await using who = client({ checks: { db: broken }, guard: onlyOps }, { auth })
    const ask = (token: string | null) =>
      who.http.get(
        '/health/checks',
        token === null ? {} : { headers: { authorization: `Bearer ${token}` } },
      )
    expect((await ask(null)).status).toBe(401)
    const other = await ask('somebody')
    expect(other.status).toBe(403)
    expect(other.text).not.toMatch(/hunter2|"db"/)
    const seen = await ask('ops')
    expect(seen.status).toBe(200)
    expect(seen.json()).toEqual({
      status: 'failed',
      checks: { db: 'failed' },
      reasons: { db: 'password authentication failed for user hunter2' },
    })
    // And where nobody is asked who they are, nobody is let in.
    await using open = client({ checks: { db: broken }, guard: onlyOps })
    expect((await open.http.get('/health/checks')).status).toBeGreaterThan(400)
  })

  test('does not wait for a check that hangs, and does not ask it again while it does', async () => {
    let asked = 0
    let wasAborted = false
    const hangs = (signal: AbortSignal) => {
      asked++
      signal.addEventListener('abort', () => {
        wasAborted = true
      })
      return new Promise(() => {})
    }
    await using who = client({ checks: { db: hangs }, timeout: '20ms', details: true })
    expect((await who.http.get('/health')).json()).toMatchObject({
      checks: { db: 'failed' },
      reasons: { db: 'took longer than 20 ms' },
    })
    expect(wasAborted).toBe(true)
    clock.at += 5000
    expect((await who.http.get('/health')).json()).toMatchObject({
      reasons: { db: 'has not ended since it was last asked' },
    })
    expect(asked).toBe(1)
  })

  test('each check has its own time, and what is not required keeps nobody away', async () => {
    const slow = () => new Promise(() => {})
    const checks = {
      db: () => 1,
      search: { check: slow, timeout: '10ms', required: false },
    }
    await using who = client({ checks, details: true })
    const answer = await who.http.get('/health/ready')
    expect(answer.status).toBe(200)
    expect(answer.json()).toMatchObject({
      status: 'ok',
      checks: { db: 'ok', search: 'failed' },
      reasons: { search: 'took longer than 10 ms' },
    })
    // @ts-expect-error misspelt
    expect(() => health({ checks: { db: { check: slow, require: false } } })).toThrow(
      /'db'.*unknown option 'require'; did you mean 'required'/,
    )
    expect(() => health({ checks: { db: { check: slow, timeout: 'soon' } } })).toThrow(
      /'db'.*timeout must be a duration/,
    )
    // @ts-expect-error no function
    expect(() => health({ checks: { db: { check: 1 } } })).toThrow(/'db' must be a function/)
  })

  test('asks at most once a second, however many strangers ask', async () => {
    let asked = 0
    let isThere = true
    const db = async () => {
      asked++
      if (!isThere) throw new Error('gone')
    }
    await using who = client({ checks: { db } })
    const many = () => Promise.all(Array.from({ length: 50 }, () => who.http.get('/health/ready')))
    await many()
    await many()
    expect(asked).toBe(1)
    isThere = false
    clock.at += 999
    expect((await who.http.get('/health/ready')).status).toBe(200)
    clock.at += 2
    expect((await many()).map(({ status }) => status)).toEqual(Array(50).fill(503))
    expect(asked).toBe(2)
    clock.at += 1001
    await many()
    // Once for the fault and once for its end, whatever the number of probes.
    isThere = true
    clock.at += 1001
    await many()
    const told = lines.map(([, message]) => message).filter((text) => /^Health/.test(`${text}`))
    expect(told).toEqual(['Health check failed', 'Health check passes again'])
  })

  test('says 503 while it starts and from the moment it begins to stop, and is well after the next start', async () => {
    const seen: unknown[] = []
    const other = createApp({ ...base, parts: [health()] })
    other.onStartup(async () => {
      const answer = await other.fetch(new Request('http://localhost/health/ready'))
      seen.push(answer.status, Object(await answer.json()).code)
    })
    await other.startup()
    expect(seen).toEqual([503, 'server_starting'])
    const ask = async (path: string) =>
      (await other.fetch(new Request(`http://localhost${path}`))).status
    expect(await ask('/health/ready')).toBe(200)
    await other.drain()
    expect(await ask('/health/ready')).toBe(503)
    expect(await ask('/health/live')).toBe(200)
    await other.shutdown()
    expect(await ask('/health/ready')).toBe(503)
    await other.startup()
    expect(await ask('/health/ready')).toBe(200)
    await other.shutdown()
  })

  test('is configured by options, then by variables', async () => {
    process.env['TREFOIL_HEALTH_PATH'] = '/up'
    await using who = testClient(createApp({ ...base, parts: [health()] }))
    expect((await who.http.get('/up')).status).toBe(200)
    await using other = testClient(createApp({ ...base, parts: [health({ path: '/here' })] }))
    expect((await other.http.get('/here/ready')).status).toBe(200)
    process.env['TREFOIL_HEALTH_TIMEOUT'] = 'soon'
    expect(() => health()).toThrow(/TREFOIL_HEALTH_TIMEOUT must be a duration/)
    // @ts-expect-error misspelt
    expect(() => health({ paths: '/x' })).toThrow(/unknown option 'paths'; did you mean 'path'/)
    expect(() => health({ checks: { 'a b': () => 1 } })).toThrow(/'a b' is no name in snake_case/)
  })

  test('quiet: probes leave no line, and other calls do', async () => {
    const events: unknown[] = []
    const log = { logger, calls: 'all' as const, access: (event: unknown) => events.push(event) }
    for (const quiet of [true, false]) {
      lines.length = 0
      events.length = 0
      const app = createApp({
        env: {},
        log,
        parts: [health({ quiet, checks: { db: broken }, clock })],
      })
      app.get('/hello', () => 'hello')
      await using who = testClient(app)
      await who.http.get('/health/live')
      await who.http.get('/health/ready')
      await who.http.get('/health/ready')
      await who.http.get('/hello')
      const calls = lines.filter(([, message]) => message !== 'Health check failed')
      expect(calls).toHaveLength(quiet ? 1 : 4)
      expect(events).toHaveLength(quiet ? 1 : 4)
    }
  })

  test('shows reasons to anybody only where somebody develops', () => {
    const app = createApp({ ...base, parts: [health({ details: true })] })
    expect(() => app.validateProduction()).toThrow(UnfitForProduction)
    expect(() => app.validateProduction()).toThrow(/details of health\(\) must be off/)
    const off = createApp({ ...base, parts: [health()] })
    expect(() => off.validateProduction()).not.toThrow(/health/)
  })

  test('has a command', async () => {
    const run = async (checks: Parameters<typeof health>[0]) => {
      const command = health(checks).commands?.[0]
      return command?.run({
        options: {},
        app: { name: 'x', state: {}, log: logger, host: null, isReady: () => true },
        signal: new AbortController().signal,
      })
    }
    expect(await run({ checks: { db: () => 1 } })).toMatchObject({ text: 'db: ok', exit: 0 })
    expect(await run({ checks: { db: broken } })).toMatchObject({ exit: 1, json: { ok: false } })
  })
})
