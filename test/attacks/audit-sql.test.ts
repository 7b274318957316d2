import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { auditKillSuite } from './audit-sql-kills.ts'

auditKillSuite(() => {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-audit-sql-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
})
