// An app is stopped because its database is away.
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { auditLog } from '../../packages/trefoil/src/audit.ts'
import { apiKeyAuth, firstOf } from '../../packages/trefoil/src/auth.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { jobQueue } from '../../packages/trefoil/src/jobs.ts'
import { serve } from '../../packages/trefoil/src/node.ts'
import { sqlApiKeys, sqlRates } from '../../packages/trefoil/src/stores.ts'
import { accountsApp } from '../accounts/accounts-app.ts'
import { startPostgres, whyNoPostgres } from '../support/postgres.ts'

vi.setConfig({ testTimeout: 120_000 })

test.skipIf(whyNoPostgres() !== null)(
  'what was not written of when sessions were used fails no shutdown',
  async () => {
    await using server = await startPostgres()
    const it = await accountsApp({ url: await server.createDatabase() })
    await it.person()
    const { token } = await it.signIn()
    expect((await it.me(token)).status).toBe(200)
    await it.client.idle()
    await server.shutdown()
    await expect(it[Symbol.asyncDispose]()).resolves.toBeUndefined()
  },
)

test.skipIf(whyNoPostgres() !== null)(
  'nor does anything else that a part would still have written: it is a line in the log',
  async () => {
    await using server = await startPostgres()
    const lines: string[] = []
    const write = (_fields: unknown, message?: string) => void lines.push(String(message))
    const logger = { debug: write, info: write, warn: write, error: write }
    const data = database({ url: await server.createDatabase(), migrate: 'start' })
    const jobs = jobQueue({ data })
    const running = Promise.withResolvers<void>()
    const long = jobs.define('long', z.object({}), async (_given, { signal }) => {
      running.resolve()
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    })
    const audit = auditLog({
      keys: 'a'.repeat(32),
      data,
      checkpoints: { origin: 'example.com/shop', every: '1h' },
    })
    const keys = apiKeyAuth({ store: sqlApiKeys(data), pepper: 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c' })
    const app = createApp({
      name: 'shop',
      env: {},
      log: { logger: logger as never },
      limits: { rate: '1000/m', rateStore: sqlRates(data) },
      auth: [{ authenticate: firstOf(keys, (_request) => null), surfaces: ['api', 'mcp', 'cli'] }],
      parts: [data, jobs, audit],
    } as never)
    app.get('/me', (_, call) => call.auth?.subject)
    const served = await serve(app, { port: 0, signals: false })
    const { key } = await keys.createKey({ name: 'import', owner: 'ada', clientId: 'importer' })
    const me = () =>
      fetch(`http://localhost:${served.port}/me`, { headers: { 'x-api-key': key.reveal() } })
    expect((await me()).status).toBe(200)
    await data.unit((unit) => jobs.send(unit, long, {}))
    await running.promise
    await server.shutdown()
    await expect(served.close()).resolves.toBeUndefined()
    expect(lines).toContain('When API keys were last used could not be written')
  },
)
