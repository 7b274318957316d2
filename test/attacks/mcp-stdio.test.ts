// `trefoil mcp`: MCP on standard input and output, with peers that play games; the official clients are in test/clients.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { ANN, BOB } from '../clients/shop.ts'
import { call, hello, programOf, StdioPeer, stdioEnv } from '../support/stdio-peer.ts'

vi.setConfig({ testTimeout: 60_000 })
/** A program has to start first, on a machine that has other things to do. */
const SOON = { timeout: 30_000 }

const ARGS = programOf('../clients/shop.ts#app')

test.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
  'agrees on %s',
  async (version) => {
    const peer = new StdioPeer(ARGS, ANN)
    peer.write(hello(version))
    expect(await peer.end()).toMatchObject([{ id: 1, result: { protocolVersion: version } }])
  },
)

test('RPC-7: broken lines are answered one by one, and the next is read', async () => {
  const peer = new StdioPeer(ARGS, ANN)
  const whole = call(3, 'echo', { text: '🍀' })
  peer.write('\uFEFF\r\n\n{"jsonrpc":"2.0",\n')
  peer.write('[]\n7\n{"jsonrpc":"1.0","id":9,"method":"ping"}\n')
  const bytes = Buffer.from(whole.replace('\n', '\r\n'))
  // In the middle of a character.
  const cut = bytes.indexOf(0xf0) + 2
  peer.write(bytes.subarray(0, cut))
  await new Promise((resolve) => setImmediate(resolve))
  peer.write(bytes.subarray(cut))
  peer.write(call(4, 'echo', { text: 'y'.repeat(6_000_000) }))
  peer.write(call(5, 'echo', { text: 'last' }).trimEnd())
  const answers = await peer.end()
  const codes = answers.map(({ id, error }) => [id, Object(error).code])
  expect(codes.filter(([, code]) => code === -32_700)).toEqual([[null, -32_700]])
  expect(codes.filter(([, code]) => code === -32_600).length).toBeGreaterThanOrEqual(4)
  const byId = new Map(answers.map((answer) => [answer['id'], answer]))
  expect(byId.get(3)).toMatchObject({ result: { structuredContent: { text: '🍀' } } })
  expect(byId.get(5)).toMatchObject({ result: { structuredContent: { text: 'last' } } })
})

test('a list of messages is for 2025-03-26, after its handshake', async () => {
  const two = `[${call(2, 'echo', { text: 'a' }).trim()},${call(3, 'nope', {}).trim()}]\n`
  const peer = new StdioPeer(ARGS, ANN)
  peer.write(hello('2025-03-26'))
  await vi.waitFor(() => expect(peer.answers).toHaveLength(1), SOON)
  peer.write(two)
  const [, list] = await peer.end()
  expect(list).toMatchObject([
    { id: 2, result: {} },
    { id: 3, error: { code: -32_602 } },
  ])
  const other = new StdioPeer(ARGS, ANN)
  other.write(hello('2025-11-25'))
  await vi.waitFor(() => expect(other.answers).toHaveLength(1), SOON)
  other.write(two)
  expect((await other.end())[1]).toMatchObject({ id: null, error: { code: -32_600 } })
})

test('a refusal over a connection says which scope is missing', async () => {
  const peer = new StdioPeer(ARGS, BOB)
  peer.write(hello('2025-11-25'))
  peer.write(call(2, 'order', {}))
  const answers = await peer.end()
  expect(JSON.stringify(answers.find(({ id }) => id === 2))).toMatch(/error.*orders:write/)
})

test('progress comes before the answer, and an answer to what was called off does not come', async () => {
  const peer = new StdioPeer(ARGS, ANN)
  peer.write(call(1, 'steps', { run: 'a' }, { progressToken: 7 }))
  peer.write(call(2, 'slow', { run: 'b' }))
  await vi.waitFor(() => expect(peer.answers.join()).toContain('notifications/progress'), SOON)
  peer.write(call(3, 'go_on', { run: 'a' }))
  peer.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}\n')
  const answers = await peer.end()
  const ids = answers.map(({ id }) => id)
  expect(ids).not.toContain(2)
  const at = ids.indexOf(1)
  const last = answers.findLastIndex(({ method }) => method === 'notifications/progress')
  expect([at > last, answers[last]]).toMatchObject([
    true,
    { params: { progressToken: 7, progress: 3, total: 3 } },
  ])
})

test('of many at once some are refused, and one that calls off another is read', async () => {
  const peer = new StdioPeer(ARGS, ANN)
  peer.write(Array.from({ length: 100 }, (_, index) => call(index, 'slow', { run: 'm' })).join(''))
  await vi.waitFor(() => expect(peer.answers.length).toBe(36), SOON)
  const ids = Array.from({ length: 100 }, (_, index) => index)
  peer.write(
    ids
      .map((requestId) =>
        JSON.stringify({
          jsonrpc: '2.0',
          method: 'notifications/cancelled',
          params: { requestId },
        }),
      )
      .join('\n'),
  )
  const answers = await peer.end()
  expect(answers).toHaveLength(36)
  expect(answers.every(({ error }) => Object(error).code === -32_603)).toBe(true)
})

test('who never reads is sent no more, and whoever closes the pipe ends the server', async () => {
  const peer = new StdioPeer(ARGS, ANN)
  peer.child.stdout.pause()
  for (let id = 0; id < 40; id++) peer.write(call(id, 'large', { letters: 900_000 }))
  const closed = once(peer.child, 'close')
  peer.child.stdout.destroy()
  peer.child.stdin.end()
  await closed
  expect(peer.child.exitCode).not.toBeNull()
})

test('what ends its input gets what it has asked for, and the code 0', async () => {
  const peer = new StdioPeer(ARGS, ANN)
  peer.write(call(1, 'large', { letters: 900_000 }) + call(2, 'echo', { text: 'x' }))
  const answers = await peer.end()
  expect(answers.map(({ id }) => id).sort()).toEqual([1, 2])
})

test('an app that cannot be loaded says so on standard error, and nothing on standard output', async () => {
  const args = programOf('./nothing.ts#app')
  const child = spawn(process.execPath, args, { env: stdioEnv(null) })
  let [out, err] = ['', '']
  child.stdout.on('data', (text) => {
    out += text
  })
  child.stderr.on('data', (text) => {
    err += text
  })
  const [code] = await once(child, 'close')
  expect([out, code === 0]).toEqual(['', false])
  expect(err).toContain('nothing.ts')
})
