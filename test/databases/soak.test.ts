import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, test } from 'vitest'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

const SCRIPT = join(import.meta.dirname, '../../scripts/soak.mjs')

/** Half a minute of what `npm run soak` does for ten. Its last line; it prints its seed first. */
async function soak(env: Readonly<Record<string, string>>): Promise<Record<string, number>> {
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, '--seconds=30'], {
    env: { ...process.env, ...env },
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

// Whom to kill is read from /proc.
describe.runIf(existsSync('/proc/self/task'))(
  'STO-1, STO-2: kill -9 at random, two workers',
  () => {
    test('on SQLite: what was answered is there, with its entry, and the log is sound', async () => {
      const found = await soak({ TREFOIL_DATABASE_URL: '' })
      expect(found).toMatchObject({ faults: 0 })
      expect(found['answered']).toBeGreaterThan(10)
      expect(found['killed']).toBeGreaterThan(0)
    }, 300_000)

    test.skipIf(!hasPostgres)(
      'on PostgreSQL',
      async () => {
        const found = await soak({ TREFOIL_DATABASE_URL: await createDatabase() })
        expect(found).toMatchObject({ faults: 0 })
        expect(found['answered']).toBeGreaterThan(10)
        expect(found['killed']).toBeGreaterThan(0)
      },
      300_000,
    )
  },
)
