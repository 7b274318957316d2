import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const PROGRAM = new URL('../run-program.ts', import.meta.url).href
const FRAMEWORK = new URL('../../index.ts', import.meta.url).href

// What bin/trefoil.js does, from the sources.
const ENTRY = `
const { runProgram } = await import('${PROGRAM}')
await runProgram(process.argv.slice(1))
`

const APP = `
import { createApp } from '${FRAMEWORK}'
console.log('noise of a module')
export const app = createApp({ name: 'real' })
app.onStartup(() => { console.log('noise of a hook') })
app.onShutdown(() => { console.error('shut down') })
app.action('echo', { cli: true, description: 'Say it.' }, () => 'said')
app.get('/hello', {}, () => ({ hello: true }))
`

let directory: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trefoil-node-'))
  await writeFile(join(directory, 'app.mjs'), APP)
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

/** The program in a process of its own. */
class Program {
  readonly child: ChildProcess
  readonly exited: Promise<number | null>
  out = ''
  err = ''

  constructor(argv: readonly string[]) {
    this.child = spawn(process.execPath, ['--input-type=module', '-e', ENTRY, '--', ...argv], {
      cwd: directory,
      env: { PATH: process.env['PATH'], TREFOIL_HOME: directory },
    })
    this.child.stdout?.on('data', (chunk) => {
      this.out += String(chunk)
    })
    this.child.stderr?.on('data', (chunk) => {
      this.err += String(chunk)
    })
    this.exited = new Promise((resolve) => this.child.once('close', resolve))
  }

  /** Waits until standard output holds the text. */
  async says(text: string): Promise<void> {
    while (!this.out.includes(text)) {
      await Promise.race([
        new Promise((resolve) => this.child.stdout?.once('data', resolve)),
        this.exited.then((code) => {
          throw new Error(`ended with ${code}: ${this.err}`)
        }),
      ])
    }
  }
}

describe('the program in a real process', () => {
  test('W-21: what the app prints goes to standard error, the answer alone to standard output', async () => {
    const program = new Program(['--app', './app.mjs', 'call', 'echo', '--json'])
    expect(await program.exited).toBe(0)
    expect(JSON.parse(program.out)).toEqual({ ok: true, status_code: 200, body: 'said' })
    expect(program.err).toMatch(/noise of a module\n(.*\n)*noise of a hook\n(.*\n)*shut down\n/)
  })

  test('CLI-21: SIGTERM drains the server and runs the shutdown hooks', async () => {
    const program = new Program(['run', 'app.mjs', '--allow-insecure', '--port', '0', '--json'])
    await program.says('"url"')
    const [line = ''] = program.out.split('\n').filter((each) => each.startsWith('{"ok"'))
    const { url } = JSON.parse(line) as { url: string }
    expect(await (await fetch(`${url}/hello`)).json()).toEqual({ hello: true })
    program.child.kill('SIGTERM')
    expect(await program.exited).toBe(0)
    expect(program.err).toContain('shut down\n')
  })

  test('a reader that stops early is no failure', async () => {
    const program = new Program(['--help'])
    program.child.stdout?.destroy()
    expect(await program.exited).toBe(0)
    expect(program.err).toBe('')
  })
})
