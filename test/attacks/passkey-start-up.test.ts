import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, it, vi } from 'vitest'

vi.setConfig({ testTimeout: 60_000 })

it('nothing of the library of passkeys is loaded before one is looked at', async () => {
  const script = join(import.meta.dirname, 'passkey-start-up.process.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script])
  const [started, asked, looked] = stdout
    .trim()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line))
  const untouched = { loaded: 0, added: 0, warnings: 0, status: 200 }
  expect(started).toEqual({ what: 'started', ...untouched, hasLicence: true })
  expect(asked).toEqual({ what: 'asked', ...untouched })
  // What would have been seen above.
  expect(looked).toMatchObject({ what: 'looked', isRight: false, warnings: 0 })
  expect(looked?.['loaded']).toBeGreaterThan(20)
  expect(looked?.['added']).toBeGreaterThan(0)
})
