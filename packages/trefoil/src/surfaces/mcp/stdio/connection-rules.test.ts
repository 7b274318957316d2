import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../../app/create-app.ts'
import { AuthContext } from '../../../contract/auth/auth-context.ts'
import { internalsOf } from '../../../contract/call/app-internals.ts'
import { query } from '../../../contract/params/params.ts'

type Answer = Readonly<Record<string, never>>

/** A connection to an app whose one tool says what it was sent. */
function connect(isGood: () => boolean = () => true) {
  const ran: string[] = []
  const app = createApp({
    name: 'lines',
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    limits: { body: '1kb' },
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: ({ bearer }) =>
          bearer === 'ann' && isGood() ? new AuthContext({ subject: bearer }) : null,
      },
    ],
  })
  const waiting: (() => void)[] = []
  app.tool('echo', { description: 'E.', params: { text: query(z.string()) } }, ({ text }) => {
    ran.push(text)
    return text
  })
  app.tool('wait', { description: 'W.' }, (_args, { signal }) => {
    ran.push('wait')
    return new Promise<string>((resolve) => {
      waiting.push(() => resolve('done'))
      signal.addEventListener('abort', () => resolve('called off'))
    })
  })
  const internals = internalsOf(app, 'trefoil')
  const open = () => {
    const sent: Answer[] = []
    const lines = internals.connect({
      headers: ['authorization', 'Bearer ann'],
      signal: new AbortController().signal,
      send: (line) => void sent.push(JSON.parse(line)),
    })
    const say = (message: unknown) =>
      lines.receive(new TextEncoder().encode(JSON.stringify(message)))
    return { sent, lines, say }
  }
  return { ran, waiting, open, ...open() }
}

const rpc = (id: number, method: string, params: object) => ({ jsonrpc: '2.0', id, method, params })
const call = (id: number, name: string, args: object = {}) =>
  rpc(id, 'tools/call', { name, arguments: args })
const hello = (protocolVersion: string) =>
  rpc(0, 'initialize', {
    protocolVersion,
    capabilities: {},
    clientInfo: { name: 'test', version: '1' },
  })

describe('a connection of lines (MCP-1)', () => {
  test('a token that is good no more lets nothing happen, though the connection goes on', async () => {
    let isGood = true
    const { ran, sent, say } = connect(() => isGood)
    await say(call(1, 'echo', { text: 'a' }))
    isGood = false
    await say(call(2, 'echo', { text: 'b' }))
    expect(ran).toEqual(['a'])
    expect(sent).toMatchObject([
      { id: 1, result: {} },
      { id: 2, error: {} },
    ])
  })

  test('agrees on 2024-11-05, which HTTP does not have', async () => {
    const { sent, say } = connect()
    await say(hello('2024-11-05'))
    expect(sent).toMatchObject([{ result: { protocolVersion: '2024-11-05' } }])
    await say(hello('2023-01-01'))
    expect(sent[1]).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
  })

  test('a batch is for 2025-03-26, has fifty messages at most, and no handshake', async () => {
    const { ran, sent, say } = connect()
    const batch = (count: number) =>
      Array.from({ length: count }, (_, id) => call(id, 'echo', { text: `${id}` }))
    await say(batch(2))
    await say(hello('2025-06-18'))
    await say(batch(2))
    await say(hello('2025-03-26'))
    await say([])
    expect(ran).toEqual([])
    await say([hello('2025-11-25'), ...batch(1)])
    expect(ran).toEqual(['0'])
    expect(sent.at(-1)).toMatchObject([
      { id: 0, error: { code: -32600 } },
      { id: 0, result: {} },
    ])
  })

  test('a batch that is too long runs nothing', async () => {
    const { ran, say, sent, lines } = connect()
    await say(hello('2025-03-26'))
    const many = Array.from({ length: 51 }, (_, id) => rpc(id, 'ping', {}))
    await say(many)
    expect(sent.at(-1)).toMatchObject({ id: null, error: { code: -32600 } })
    await say(many.slice(1))
    expect(sent.at(-1)).toHaveLength(50)
    expect([ran, lines.maxLine]).toEqual([[], 1024])
  })

  test('one connection calls off nothing of another, though both count from 1', async () => {
    const { open, say, sent, waiting, ran } = connect()
    const other = open()
    const running = say(call(1, 'wait'))
    await expect.poll(() => ran).toEqual(['wait'])
    const off = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } }
    await other.say(off)
    waiting[0]?.()
    await running
    expect(sent).toMatchObject([{ id: 1, result: { content: [{ text: 'done' }] } }])
    expect(other.sent).toEqual([])
  })

  test('what runs at once is bounded, and the rest is told so', async () => {
    const { say, sent, ran, waiting } = connect()
    const all = Array.from({ length: 70 }, (_, id) => say(call(id, 'wait')))
    await expect.poll(() => sent).toHaveLength(6)
    expect(ran).toHaveLength(64)
    for (const end of waiting) end()
    await Promise.all(all)
    expect(sent).toHaveLength(70)
  })
})
