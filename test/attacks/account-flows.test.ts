// Who attacks: whoever sends a link twice at the same time, and whatever kills a process in the middle of one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, vi } from 'vitest'
import { accountFlowChecks } from '../support/account-flows-checks.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

accountFlowChecks(() => {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-flows-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
})
