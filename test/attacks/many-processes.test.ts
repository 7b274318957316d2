// Eight processes at one file: whoever is told of a lock was let down by the store.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const PROCESSES = 8
const EACH = 500

/** Spends the same tokens as all others, half of them in a unit of work, and says how many it was the first to spend. */
const PROGRAM = `import { database } from 'trefoil/database'
import { sqlSpentTokens } from 'trefoil/stores'
const [, url, count] = process.argv
const data = database({ url, migrate: 'start', wait: '120s', synchronous: 'NORMAL' })
const spent = sqlSpentTokens(data)
await data.start({ log: { warn() {} } })
const until = Date.now() + 3_600_000
let first = 0
const failed = []
let begun = 0
const lane = async () => {
  while (begun < Number(count)) {
    const id = String(begun++)
    try {
      const answer = begun % 2 === 0
        ? await spent.spend('link', id, until)
        : await data.unit((db) => spent.spend('link', id, until, db))
      if (answer === 'first') first++
    } catch (error) { failed.push(String(error)) }
  }
}
await Promise.all(Array.from({ length: 16 }, lane))
console.log(JSON.stringify({ first, failed }))
await data.stop(null)`

test('STO-2: eight processes at one SQLite file: none is told of a lock, and each token is spent once', {
  timeout: 180_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-many-processes-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const args = ['--input-type=module', '-e', PROGRAM, join(folder, 'app.db'), String(EACH)]
  const said = await Promise.all(
    Array.from({ length: PROCESSES }, async () => {
      const child = spawn(process.execPath, args, {
        cwd: import.meta.dirname,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      onTestFinished(() => void child.kill('SIGKILL'))
      let text = ''
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString()
      })
      await once(child, 'close')
      return JSON.parse(text) as { first: number; failed: readonly string[] }
    }),
  )
  expect(said.flatMap(({ failed }) => failed)).toEqual([])
  expect(said.reduce((sum, { first }) => sum + first, 0)).toBe(EACH)
})
