// `trefoil mcp` and a peer that floods it, does not read, goes away, or keeps a token too long (RPC-7, FND-20, FND-45).
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { auth } from '../support/stdio-app.ts'
import { call, line, programOf, StdioPeer } from '../support/stdio-peer.ts'

vi.setConfig({ testTimeout: 90_000 })
/** A program has to start first, on a machine that has other things to do. */
const SOON = { timeout: 30_000 }
const ARGS = programOf('stdio-app.ts#app')
/** What a peer may cost beside the program itself. */
const MEGABYTES = 150

async function open(args: readonly string[] = ARGS, more: Record<string, string> = {}) {
  const peer = new StdioPeer(args, await auth.createToken({ sub: 'ann' }), more)
  await peer.write(line({ id: 'first', method: 'ping' }))
  await answered(peer, 'first')
  return peer
}

async function answered(peer: StdioPeer, id: unknown): Promise<void> {
  await vi.waitFor(() => expect(peer.told.map((told) => told['id'])).toContain(id), SOON)
}

test('a token whose time is over while the connection is open opens nothing more', async () => {
  const token = await auth.createToken({ sub: 'ann' }, { expiresIn: '4s' })
  const peer = new StdioPeer(ARGS, token)
  let id = 0
  const last = async () => {
    await peer.write(call(++id, 'nap', { ms: 0 }))
    await vi.waitFor(() => expect(peer.answers.length).toBe(id), SOON)
    return peer.told.at(-1)
  }
  expect(await last()).toMatchObject({ result: { content: [{ text: 'rested' }] } })
  await vi.waitFor(async () => expect(await last()).toHaveProperty('error'), SOON)
  expect(await last()).toMatchObject({
    error: { data: { www_authenticate: expect.stringMatching(/Bearer.*invalid_token/) } },
  })
  await peer.end()
})

test('a line that never ends costs what one may have, and the next is read', async () => {
  const peer = await open()
  const before = peer.megabytes
  const piece = 'x'.repeat(1_000_000)
  for (let sent = 0; sent < 300; sent++) await peer.write(piece)
  await peer.write(`\n${line({ id: 'next', method: 'ping' })}`)
  await answered(peer, 'next')
  expect(peer.megabytes - before).toBeLessThan(MEGABYTES)
  expect(peer.told.filter(({ error }) => error !== undefined)).toHaveLength(1)
  await peer.end()
})

test('floods of notifications, of what calls off and of lines that are none leave nothing behind', async () => {
  const peer = await open()
  await peer.write(call('kept', 'patient', {}))
  const some = [
    line({ method: 'notifications/initialized' }),
    line({ method: 'notifications/cancelled', params: { requestId: 'none' } }),
    '7\n',
    line({ id: 'x', method: 'nothing' }),
  ]
  const flood = async (times: number, id: string) => {
    for (let sent = 0; sent < times; sent++) await peer.write(some.join('').repeat(2_500))
    await peer.write(line({ id, method: 'ping' }))
    await vi.waitFor(() => expect(peer.answers.at(-1)).toContain(`"${id}"`), { timeout: 60_000 })
    return peer.megabytes
  }
  // Until a heap is as large as it is going to be.
  const before = await flood(15, 'warm')
  expect((await flood(25, 'next')) - before).toBeLessThan(MEGABYTES)
  // Each that has to be answered is, and none is taken for one too many.
  const told = peer.told
  expect(told.filter(({ id }) => id === 'x')).toHaveLength(100_000)
  expect(told.filter(({ error }) => Object(error).code === -32_603)).toEqual([])
  await peer.write(line({ method: 'notifications/cancelled', params: { requestId: 'kept' } }))
  await peer.end()
})

test('more short calls than run at once are all answered, whoever sends them in one piece', async () => {
  const peer = await open()
  await peer.write(Array.from({ length: 500 }, (_, id) => call(id, 'nap', { ms: 1 })).join(''))
  const answers = await peer.end()
  expect(answers.filter(({ result }) => result !== undefined)).toHaveLength(501)
})

test('reports that nobody reads are not kept', async () => {
  const peer = await open()
  const before = peer.megabytes
  peer.child.stdout.pause()
  const ids = Array.from({ length: 40 }, (_, id) => id)
  await peer.write(ids.map((id) => call(id, 'reports', {}, { progressToken: id })).join(''))
  const seen: number[] = []
  await vi.waitFor(
    () => {
      seen.push(peer.megabytes)
      expect(seen.length).toBeGreaterThan(60)
    },
    { timeout: 60_000, interval: 100 },
  )
  expect(Math.max(...seen) - before).toBeLessThan(MEGABYTES)
  peer.child.kill('SIGKILL')
})

test('at the end of the input a call that takes a moment is answered', async () => {
  const peer = await open()
  await peer.write(call(1, 'nap', { ms: 700 }))
  expect((await peer.end()).at(-1)).toMatchObject({ id: 1, result: {} })
})

test('one that does not end is called off after a while, or left, and the code is 0', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'trefoil-')), 'down')
  onTestFinished(() => rmSync(join(file, '..'), { recursive: true }))
  const peer = await open(ARGS, { SHUT_DOWN: file })
  await peer.write(call(1, 'patient', {}) + call(2, 'stubborn', {}))
  const began = performance.now()
  expect(await peer.end()).toHaveLength(1)
  expect(performance.now() - began).toBeLessThan(40_000)
  expect(existsSync(file)).toBe(true)
})

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s: what ends in a moment is answered, the rest is called off, hooks run',
  async (signal) => {
    const file = join(mkdtempSync(join(tmpdir(), 'trefoil-')), 'down')
    onTestFinished(() => rmSync(join(file, '..'), { recursive: true }))
    const peer = await open(ARGS, { SHUT_DOWN: file })
    await peer.write(
      call(1, 'nap', { ms: 400 }) + call(2, 'patient', {}) + call(3, 'nap', { ms: 0 }),
    )
    await answered(peer, 3)
    peer.child.kill(signal)
    await answered(peer, 1)
    // Nothing that comes from now on is begun, though the program is still there.
    await peer.write(call(4, 'nap', { ms: 0 }))
    expect(await peer.over()).toBe(signal === 'SIGTERM' ? 143 : 130)
    const ids = peer.told.map(({ id }) => id)
    expect([...ids].sort()).toEqual([1, 3, 'first'])
    expect(existsSync(file)).toBe(true)
  },
)

test('a second signal ends it at once, though a call does not', async () => {
  const peer = await open()
  await peer.write(call(1, 'stubborn', {}) + call(2, 'nap', { ms: 0 }))
  await answered(peer, 2)
  peer.child.kill('SIGTERM')
  await vi.waitFor(() => {
    peer.child.kill('SIGTERM')
    expect(peer.child.exitCode).toBe(143)
  }, SOON)
  await peer.closed
})

test('who closes what it reads from ends the program, without another word', async () => {
  const peer = await open()
  await peer.write(call(1, 'patient', {}) + call(2, 'nap', { ms: 300 }))
  peer.child.stdout.destroy()
  // Its input stays open, and nothing more is said on it.
  expect(await peer.over()).toBe(0)
  expect(peer.errors).toBe('')
})

test.each([
  ['the end of the input', (peer: StdioPeer) => void peer.child.stdin.end()],
  ['a signal', (peer: StdioPeer) => void peer.child.kill('SIGTERM')],
])('who never reads does not keep the program alive after %s', async (_, leave) => {
  const peer = await open()
  peer.child.stdout.pause()
  for (let id = 0; id < 40; id++) void peer.write(call(id, 'letters', { letters: 900_000 }))
  await vi.waitFor(() => expect(peer.child.stdout.readableLength).toBeGreaterThan(10_000), SOON)
  leave(peer)
  await new Promise((resolve) => peer.child.once('exit', resolve))
})

test('--timeout is for the start: a connection lasts', async () => {
  const [program = '', ...rest] = ARGS
  const peer = await open([program, '--timeout', '5s', ...rest])
  await peer.write(call(1, 'nap', { ms: 6_000 }))
  expect((await peer.end()).at(-1)).toMatchObject({ id: 1, result: {} })
})
