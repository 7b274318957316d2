import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test, vi } from 'vitest'

const SCRIPT = join(import.meta.dirname, 'passed-on-signals.process.ts')

async function started() {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  const program = { child, out: '', ended: once(child, 'close') }
  child.stdout.on('data', (chunk: Buffer) => {
    program.out += chunk.toString()
  })
  const says = (text: RegExp) => vi.waitFor(() => expect(program.out).toMatch(text), 20_000)
  await says(/http:\S+\n/)
  const url = program.out.trim()
  const slow = fetch(`${url}/slow`).then(
    ({ status }) => status,
    () => 'cut',
  )
  await says(/begun/)
  return { ...program, text: () => program.out, slow }
}

// `npm start` sends SIGINT on to what it runs, and the terminal has sent it there already.
test.skipIf(process.platform === 'win32')(
  'drain: the same signal again at once ends no call that has begun',
  { timeout: 30_000 },
  async () => {
    const { child, slow, ended, text } = await started()
    child.kill('SIGINT')
    await sleep(30)
    child.kill('SIGINT')
    expect(await slow).toBe(200)
    expect(await ended).toEqual([0, null])
    expect(text()).toContain('shut down')
  },
)

test.skipIf(process.platform === 'win32')(
  'a second signal, or another one, ends it at once',
  { timeout: 30_000 },
  async () => {
    for (const { ms, second } of [
      { ms: 700, second: 'SIGINT' },
      { ms: 30, second: 'SIGTERM' },
    ] as const) {
      const { child, slow, ended, text } = await started()
      child.kill('SIGINT')
      await sleep(ms)
      child.kill(second)
      expect(await slow).toBe('cut')
      expect(await ended).toEqual([null, second])
      expect(text()).not.toContain('shut down')
    }
  },
)
