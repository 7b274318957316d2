import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished, vi } from 'vitest'
import { loginProviderChecks } from '../support/login-providers-checks.ts'

vi.setConfig({ testTimeout: 120_000 })

describe('logins with a provider on SQLite', () => {
  loginProviderChecks(() => {
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-providers-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'app.db')
  })
})
