import { afterEach, describe, expect, test } from 'vitest'
import { health } from '../../packages/trefoil/src/health.ts'
import { createApp, UnfitForProduction } from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'

const lines: unknown[][] = []
const logger = {
  debug() {},
  info() {},
  warn() {},
  error: (...entry: unknown[]) => void lines.push(entry),
}
const base = { env: {}, log: { logger } }
const nobody = [{ authenticate: async (_request: unknown) => null, surfaces: ['api'] as const }]

afterEach(() => {
  lines.length = 0
  delete process.env['TREFOIL_HEALTH_PATH']
  delete process.env['TREFOIL_HEALTH_TIMEOUT']
})

const broken = () => {
  throw new Error('password authentication failed for user hunter2')
}

describe('health()', () => {
  test('says that all is well to anybody, behind no authenticator', async () => {
    const app = createApp({ ...base, auth: nobody, parts: [health({ checks: { db: () => 1 } })] })
    await using client = testClient(app)
    const answer = await client.http.get('/health')
    expect(answer.status).toBe(200)
    expect(answer.json()).toEqual({ status: 'ok', checks: { db: 'ok' } })
  })

  test('says which check failed, and why only to the log', async () => {
    const checks = { db: broken, cache: async () => 'there' }
    await using client = testClient(createApp({ ...base, parts: [health({ checks })] }))
    const answer = await client.http.get('/health')
    expect(answer.status).toBe(503)
    expect(answer.json()).toMatchObject({
      code: 'health_check_failed',
      checks: { db: 'failed', cache: 'ok' },
    })
    expect(answer.text).not.toContain('hunter2')
    expect(lines).toContainEqual([
      expect.objectContaining({ check: 'db', err: expect.any(Error) }),
      'Health check failed',
    ])
  })

  test('does not wait for a check that hangs', async () => {
    const checks = { db: () => new Promise(() => {}) }
    const app = createApp({ ...base, parts: [health({ checks, timeout: '20ms', details: true })] })
    await using client = testClient(app)
    expect((await client.http.get('/health')).json()).toMatchObject({
      checks: { db: 'failed' },
      reasons: { db: 'took longer than 20 ms' },
    })
  })

  test('says 503 from the moment the app begins to stop, and is well after the next start', async () => {
    const app = createApp({ ...base, parts: [health()] })
    await using client = testClient(app, { lifespan: false })
    await app.startup()
    expect((await client.http.get('/health')).status).toBe(200)
    await app.drain()
    expect((await client.http.get('/health')).json()).toMatchObject({ code: 'server_draining' })
    await app.shutdown()
    await app.startup()
    expect((await client.http.get('/health')).status).toBe(200)
    await app.shutdown()
  })

  test('is configured by options, then by variables', async () => {
    process.env['TREFOIL_HEALTH_PATH'] = '/up'
    await using client = testClient(createApp({ ...base, parts: [health()] }))
    expect((await client.http.get('/up')).status).toBe(200)
    await using other = testClient(createApp({ ...base, parts: [health({ path: '/here' })] }))
    expect((await other.http.get('/here')).status).toBe(200)
    process.env['TREFOIL_HEALTH_TIMEOUT'] = 'soon'
    expect(() => health()).toThrow(/TREFOIL_HEALTH_TIMEOUT must be a duration/)
    // @ts-expect-error misspelt
    expect(() => health({ paths: '/x' })).toThrow(/unknown option 'paths'; did you mean 'path'/)
    expect(() => health({ checks: { 'a b': () => 1 } })).toThrow(/'a b' is no name in snake_case/)
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
        app: { name: 'x', state: {}, log: logger, host: null },
        signal: new AbortController().signal,
      })
    }
    expect(await run({ checks: { db: () => 1 } })).toMatchObject({ text: 'db: ok', exit: 0 })
    expect(await run({ checks: { db: broken } })).toMatchObject({ exit: 1, json: { ok: false } })
  })
})
