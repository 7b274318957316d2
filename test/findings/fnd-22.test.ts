// FND-22: the program ends when its work is done, whatever the app keeps alive; an interrupt and
// `--timeout` are kept and told as what they are.
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { eventually } from '../attacks/eventually.ts'
import { isAlive, Program } from './program.ts'

const APP = ['--app', './lively-app.ts#app']
const local = (...argv: readonly string[]) => new Program([...APP, ...argv])

/** Standard output is one JSON document, whatever else the app printed. */
function problemIn(out: string): { code: string; message: string } {
  return (JSON.parse(out) as { error: { code: string; message: string } }).error
}

describe.concurrent('a command ends when it is done', () => {
  test.each([
    ['call', ['call', 'small'], 'done\n'],
    ['call --no-lifespan', ['call', '--no-lifespan', 'small'], 'done\n'],
    ['actions list', ['--json', 'actions', 'list'], expect.stringMatching(/^\{"actions":.*\}\n$/)],
  ])('%s', async (_name, argv, out) => {
    expect(await local(...argv).ended).toMatchObject({ code: 0, out })
  })

  test('after the work that goes on behind the answer', async () => {
    const { code, err } = await local('call', '--no-lifespan', 'later').ended
    expect(code).toBe(0)
    expect(err).toContain('background done\n')
  })

  test('what a slow reader has not taken is not cut off, nor mixed with the noise of the app', async () => {
    const program = new Program([...APP, '--json', 'call', 'big'], { unread: true })
    await program.says('shut down')
    await new Promise((resolve) => setTimeout(resolve, 200))
    program.read()
    const { code, out } = await program.ended
    expect(code).toBe(0)
    expect((JSON.parse(out) as { body: { text: string } }).body.text).toHaveLength(900_000)
  })

  test('a reader that stops early is no failure', async () => {
    const program = new Program([...APP, 'call', 'big'], { unread: true })
    program.child.stdout?.destroy()
    const { code, err } = await program.ended
    expect(code).toBe(0)
    expect(err).not.toContain('EPIPE')
  })

  test('and not before, where the app keeps nothing alive', async () => {
    const quiet = { env: { LIVELY: 'no' } }
    const program = new Program([...APP, '--json', '--timeout', '1s', 'call', 'deaf'], quiet)
    const { code, out } = await program.ended
    expect([code, problemIn(out).code]).toEqual([124, 'cli_timeout'])
  })
})

describe.concurrent('a command that ends early', () => {
  test.each(['heeds', 'deaf'])('--timeout ends a handler that %s', async (action) => {
    const { code, out, err } = await local('--json', '--timeout', '1s', 'call', action).ended
    expect(code).toBe(124)
    expect(problemIn(out)).toMatchObject({
      code: 'cli_timeout',
      message: 'The command took longer than 1000 ms; the action may have been done',
    })
    expect(err).toContain('shut down\n')
  })

  test.skipIf(process.platform === 'win32').each([
    ['SIGINT', 130, 'cli_interrupted', 'Interrupted; the action may have been done'],
    ['SIGTERM', 143, 'cli_terminated', 'Asked to end by the system; the action may have been done'],
  ] as const)('%s', async (signal, exit, code, message) => {
    const program = local('--json', 'call', 'heeds')
    await program.says('began\n')
    program.child.kill(signal)
    const ended = await program.ended
    expect(ended).toMatchObject({ code: exit, signal: null })
    expect(problemIn(ended.out)).toMatchObject({ code, message })
    expect(ended.err).toMatch(/aborted\n(.*\n)*closing\nclosed\n(.*\n)*shut down\n/)
  })

  test.skipIf(process.platform === 'win32')('a second signal ends it at once', async () => {
    const program = new Program([...APP, 'call', 'heeds'], { env: { CLOSES: 'never' } })
    await program.says('began\n')
    program.child.kill('SIGINT')
    await program.says('closing\n')
    await program.says('trefoil: closing what the call opened; again ends at once\n')
    // Sooner it would be the first one, passed on by `npm`.
    await sleep(600)
    program.child.kill('SIGINT')
    const { code, err } = await program.ended
    expect(code).toBe(130)
    expect(err).not.toContain('shut down')
  })

  test.skipIf(process.platform === 'win32')('a remote is hung up on', async () => {
    const reached = Promise.withResolvers<void>()
    const hungUp = Promise.withResolvers<void>()
    const server = createServer((request) => {
      request.socket.once('close', () => hungUp.resolve())
      reached.resolve()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const home = await mkdtemp(join(tmpdir(), 'trefoil-fnd-22-'))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const remotes = { remotes: { prod: { url, token: null } } }
    await writeFile(join(home, 'remotes.json'), JSON.stringify(remotes), { mode: 0o600 })
    const program = new Program(['--json', 'call', 'prod', 'ship'], { env: { TREFOIL_HOME: home } })
    await reached.promise
    program.child.kill('SIGINT')
    const { code, out } = await program.ended
    expect([code, problemIn(out).message]).toEqual([
      130,
      'Interrupted; the action may have been done',
    ])
    await hungUp.promise
    server.close()
    await rm(home, { recursive: true })
  })
})

describe.concurrent.skipIf(process.platform === 'win32')('a server ends', () => {
  const RUN = ['run', './lively-app.ts#app', '--allow-insecure', '--port', '0']

  test.each(['SIGTERM', 'SIGINT'] as const)('run, at %s', async (signal) => {
    const program = new Program(RUN)
    await program.says('Ctrl-C stops it')
    program.child.kill(signal)
    const { code, err } = await program.ended
    expect(code).toBe(0)
    expect(err).toContain('shut down\n')
  })

  test.each(['SIGTERM', 'SIGKILL'] as const)('dev and its child, at %s', async (signal) => {
    const program = new Program(['dev', './lively-app.ts#app', '--port', '0'])
    await program.says('Ctrl-C stops it')
    const pid = Number(/started (\d+)/.exec(program.err)?.[1])
    expect(isAlive(pid)).toBe(true)
    program.child.kill(signal)
    expect(await program.ended).toMatchObject(
      signal === 'SIGTERM' ? { code: 0 } : { signal: 'SIGKILL' },
    )
    await eventually(() => expect(isAlive(pid)).toBe(false))
  })
})
