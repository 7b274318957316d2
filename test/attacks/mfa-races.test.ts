import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished, vi } from 'vitest'
import { mfaChecks } from '../support/mfa-checks.ts'

vi.setConfig({ testTimeout: 180_000 })

describe('second factors on SQLite', () => {
  mfaChecks(() => {
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-mfa-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'app.db')
  })
})
