// An app is stopped because its database is away.
import { expect, test, vi } from 'vitest'
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
