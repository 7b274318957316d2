import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished, vi } from 'vitest'
import { passkeyChecks } from '../support/passkey-checks.ts'

vi.setConfig({ testTimeout: 240_000 })

describe('passkeys on SQLite', () => {
  passkeyChecks(() => {
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-passkeys-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'app.db')
  })
})
