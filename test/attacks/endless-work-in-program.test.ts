// P-BG-1: a program that has to end gives up background work that does not, by name, and still runs the
// shutdown hooks.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const APP = `
import { createApp } from 'trefoil'
import { writeSync } from 'node:fs'
const say = (text) => void writeSync(2, '[' + text + ']\\n')
export const app = createApp({ env: {}, publicSurfaces: ['cli', 'api'] })
app.post('/hang', { name: 'hang', description: 'Hangs', cli: true }, (_, call) => {
  call.background(({ signal }) => {
    signal.addEventListener('abort', () => say('told'))
    return new Promise(() => {})
  })
  call.background(() => say('never'))
  return 'answered'
})
app.onShutdown(() => say('hook'))
`

// Was wrong: program/remotes/with-target.ts: the hooks stood behind the work, and were left with it
test('shutdown hooks run though a task never ends', async () => {
  const folder = mkdtempSync(join(import.meta.dirname, '.endless-'))
  try {
    writeFileSync(join(folder, 'app.mjs'), APP)
    const program = join(import.meta.dirname, '../../packages/trefoil/bin/trefoil.js')
    const args = [program, '--app', './app.mjs', 'call', '--timeout', '3s', 'hang']
    const child = spawn(process.execPath, args, { cwd: folder })
    let said = ''
    child.stderr.on('data', (text) => {
      said += text
    })
    const code = await new Promise((resolve) => child.on('close', resolve))
    expect(code).toBe(0)
    expect(said).toContain('Background task did not end before shutdown')
    expect(said).toContain('Background task had not begun before shutdown')
    expect(said.match(/\[\w+\]/g)).toEqual(['[told]', '[hook]'])
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 40_000)
