import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished, vi } from 'vitest'
import { sharedStoreChecks } from '../support/shared-stores-checks.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

describe('two processes on one SQLite file', () => {
  sharedStoreChecks(() => {
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-shared-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'app.db')
  })
})
