import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, onTestFinished, vi } from 'vitest'
import { secondFactorChecks } from '../support/second-factor-checks.ts'

vi.setConfig({ testTimeout: 120_000 })

describe('second factors on SQLite', () => {
  secondFactorChecks(() => {
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-second-factors-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    return join(folder, 'app.db')
  })
})
