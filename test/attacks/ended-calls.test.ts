// Who attacks: whoever has a session that was ended, and calls that were begun with it: streams that stay
// open, bodies that are sent slowly. What they would win: all that is said from then on, and a change made
// with rights that are gone.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, vi } from 'vitest'
import { endedCallChecks } from '../support/ended-calls-checks.ts'

vi.setConfig({ testTimeout: 60_000 })

describe('calls that last, on one SQLite file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-ended-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  endedCallChecks(() => join(folder, 'app.db'))
})
