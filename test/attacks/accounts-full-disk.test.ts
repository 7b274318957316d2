// Who attacks: whoever fills the disk of the database, or waits until it is full. What they would win: tries that
// nobody counts, sessions of which nothing is stored, accounts that are half made.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ADA, accountsApp, PASSWORD } from '../accounts/accounts-app.ts'
import { allIsWell, type Round, round } from '../support/accounts-troubles.ts'

vi.setConfig({ testTimeout: 120_000 })

function mount(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', path], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const path = mkdtempSync(join(tmpdir(), 'trefoil-full-'))
const canMount = mount(path)

test.skipIf(!canMount)(
  'STO-4, LOCK-6: on a full disk nobody gets in uncounted, nothing is half done, and afterwards all goes on',
  async () => {
    onTestFinished(() => {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    })
    await using it = await accountsApp({ url: join(path, 'app.db') })
    await it.person()
    const { body } = await it.post('/login', { email: ADA, password: PASSWORD })
    const filler = join(path, 'filler')
    for (let size = 4 * 1_048_576; size > 0; size -= 4096) {
      try {
        writeFileSync(filler, Buffer.alloc(size))
        break
      } catch {
        rmSync(filler, { force: true })
      }
    }
    const rounds: Round[] = []
    let refresh = String(body['refresh_token'])
    for (let at = 0; at < 5; at++) {
      const made = await round(it, refresh, `full-${at}`)
      refresh = made.refresh
      rounds.push(made)
    }
    const statuses = rounds.flatMap((made) => made.statuses)
    expect(statuses.filter((status) => status === 503).length).toBeGreaterThan(0)
    rmSync(filler)
    await allIsWell(it, rounds)
  },
)
