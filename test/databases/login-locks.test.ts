import { getLockoutStatus, lockoutTables, recordAttempt } from 'trefoil/accounts'
import { database } from 'trefoil/database'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { loginLockChecks } from '../support/login-locks-checks.ts'
import { NO_APP } from '../support/no-app.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 240_000 })

describe.skipIf(!hasPostgres)('two processes on one PostgreSQL', () => {
  loginLockChecks(createDatabase)
})

describe.skipIf(!hasPostgres)('attempts by hand on PostgreSQL', () => {
  async function started(url: string, names: boolean) {
    const data = database({ url, migrate: 'start' })
    if (names) lockoutTables(data)
    await data.start?.(NO_APP)
    onTestFinished(async () => data.stop?.(NO_APP))
    return data
  }

  test.each([true, false])('SW-02, V-01: tables that are named: %s', async (names) => {
    const url = await createDatabase()
    const [one, other] = [await started(url, names), await started(url, names)]
    const key = { userId: 'u1', ipHash: 'x'.repeat(43) }
    // Both make the table at the same time, where nobody has named it.
    await Promise.all(
      [one, other, one, other, one].map((data) => recordAttempt(data, { ...key, success: false })),
    )
    const status = await getLockoutStatus(other, key)
    expect(status).toMatchObject({ locked: true, failureCount: 5 })
    expect(status.nextAllowedAt?.getTime()).toBeGreaterThan(Date.now() + 25_000)
    await other.state.run('update trefoil_login_attempts set at = at - 30000')
    expect(await getLockoutStatus(one, key)).toMatchObject({ locked: false, failureCount: 5 })
    await recordAttempt(one, { ...key, success: true })
    expect(await getLockoutStatus(other, { userId: 'u1' })).toMatchObject({ failureCount: 0 })
    expect(await getLockoutStatus(other, key)).toMatchObject({ failureCount: 5 })
  })
})
