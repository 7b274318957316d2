import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished, vi } from 'vitest'
import { sessionProcessChecks } from '../support/session-checks.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 180_000 })

describe('login sessions in two processes on one SQLite file', () => {
  sessionProcessChecks(() => {
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-sessions-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'app.db')
  })
})
