// Guessing at several processes of an app at once, and processes that are killed while a try is under way.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { loginLockChecks } from '../support/login-locks-checks.ts'
import { inTwoProcesses } from '../support/several-processes.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 240_000 })

const SCRIPT = 'login-locks.process.ts'

function newUrl(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-locks-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
}

describe('two processes on one SQLite file', () => {
  loginLockChecks(newUrl)

  test('kill -9 while a try is under way: what was counted stays, and the try is given back when its lease is over', async () => {
    const url = newUrl()
    const script = join(import.meta.dirname, '..', 'support', SCRIPT)
    for (let at = 0; at < 2; at++) {
      const child = spawn(process.execPath, [script, url, 'dies', '0'], { stdio: 'inherit' })
      expect((await once(child, 'close'))[1]).toBe('SIGKILL')
    }
    const state = new DatabaseSync(join(url, '..', 'state.db'))
    onTestFinished(() => state.close())
    const failures = () => state.prepare('select max(failures) as most from trefoil_attempts').get()
    expect(failures()).toEqual({ most: 2 })
    // Two are counted, two are under way: as if ten seconds had passed.
    const leases = state.prepare('select distinct id from trefoil_attempts_reserved').all()
    expect(leases.length).toBe(2)
    state.exec('update trefoil_attempts_reserved set until = until - 10001')
    const [said] = await inTwoProcesses(url, 'guesses', 2, SCRIPT)
    expect(said).toBeDefined()
    expect(failures()).toEqual({ most: 5 })
  })
})
