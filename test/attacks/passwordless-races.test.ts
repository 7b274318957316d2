import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished, vi } from 'vitest'
import { passwordlessChecks } from '../support/passwordless-checks.ts'

vi.setConfig({ testTimeout: 120_000 })

describe('logins without passwords on SQLite', () => {
  passwordlessChecks(() => {
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-passwordless-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'app.db')
  })
})
