// The built program at a real terminal, which `script` makes: keys, not lines (CLI-13).
import { spawn, spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const PROGRAM = 'node packages/trefoil/bin/trefoil.js --app test/asking/asked-app.process.ts#app'
const hasScript = spawnSync('script', ['--version']).stdout?.includes('util-linux') ?? false

/** Types each of the keys when the text before it has come. */
async function at(command: string, keys: readonly (readonly [after: string, key: string])[]) {
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let shown = ''
  let seen = 0
  const left = [...keys]
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text
    for (;;) {
      const [after, key] = left[0] ?? []
      const found = after === undefined ? -1 : shown.indexOf(after, seen)
      if (after === undefined || key === undefined || found < 0) return
      seen = found + after.length
      left.shift()
      child.stdin.write(key)
    }
  })
  const exit = await new Promise<number | null>((resolve) => child.once('close', resolve))
  return { exit, shown, left }
}

test.skipIf(!hasScript)(
  'a person types, mends what they typed, and the action goes on',
  async () => {
    const { exit, shown, left } = await at(`${PROGRAM} call rounds`, [
      ['to cancel) ', 'y\r'],
      ['name (text): ', 'adx\u007fa\r'],
      ['to cancel) ', 'y\r'],
      ['to cancel) ', 'y\r'],
      ['ok (y or n): ', 'y\r'],
    ])
    expect(left).toEqual([])
    expect(exit).toBe(0)
    expect(shown).toContain('| Are you ada?')
    expect(shown).toContain('"ok": true')
  },
)

test.skipIf(!hasScript)('Ctrl-D is no answer, Ctrl-C ends the program', async () => {
  const cancelled = await at(`${PROGRAM} call hostile`, [
    ['to cancel) y', ''],
    ['to cancel) ', '\u0004'],
  ])
  expect(cancelled).toMatchObject({ exit: 0, shown: expect.stringContaining('"cancel"') })
  const interrupted = await at(`${PROGRAM} call hostile`, [
    ['to cancel) y', ''],
    ['to cancel) ', '\u0003'],
  ])
  expect(interrupted).toMatchObject({ exit: 130, shown: expect.stringContaining('Interrupted') })
})

test.skipIf(!hasScript)('a terminal that is piped from is nobody', async () => {
  const { exit, shown } = await at(`${PROGRAM} call hostile < /dev/null`, [])
  expect(exit).toBe(75)
  expect(shown).toContain('go on: repeat the command with')
})
