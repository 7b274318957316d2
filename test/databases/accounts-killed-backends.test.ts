// Backends that an administrator, a failover or the kernel ends in the middle of what they do.
import pg from 'pg'
import { expect, test, vi } from 'vitest'
import { ADA, accountsApp, PASSWORD } from '../accounts/accounts-app.ts'
import { allIsWell, type Round, round } from '../support/accounts-troubles.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

vi.setConfig({ testTimeout: 180_000 })

test.skipIf(!hasPostgres)(
  'LOCK-6, SES-4: backends that are ended let nobody in, lose nothing that was answered, and leave nothing half done',
  async () => {
    const url = await createDatabase()
    await using it = await accountsApp({ url })
    await it.person()
    const { body } = await it.post('/login', { email: ADA, password: PASSWORD })
    const killer = new pg.Client({ connectionString: url })
    await killer.connect()
    let isOver = false
    let killed = 0
    const killing = (async () => {
      while (!isOver) {
        const { rowCount } = await killer.query(
          `select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'`,
        )
        killed += rowCount ?? 0
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    })()
    const rounds: Round[] = []
    let refresh = String(body['refresh_token'])
    for (let at = 0; at < 20; at++) {
      const made = await round(it, refresh, `killed-${at}`)
      refresh = made.refresh
      rounds.push(made)
    }
    isOver = true
    await killing
    await killer.end()
    expect(killed).toBeGreaterThan(0)
    // Tries that were cut off are given back after their lease.
    await vi.waitFor(
      async () => {
        const { status } = await it.post('/login', { email: ADA, password: PASSWORD })
        expect(status).toBe(200)
      },
      { timeout: 60_000, interval: 500 },
    )
    await allIsWell(it, rounds)
  },
)
