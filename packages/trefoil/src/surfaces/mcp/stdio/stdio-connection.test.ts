import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../../app/create-app.ts'
import { reply } from '../../../contract/answer/reply.ts'
import { AuthContext } from '../../../contract/auth/auth-context.ts'
import { internalsOf } from '../../../contract/call/app-internals.ts'
import { content } from '../../../contract/content/content.ts'
import { jwtAuth } from '../../../identity/jwt-auth.ts'

const KEYS = 'a secret of a test, 32 bytes at the least'
const encoder = new TextEncoder()
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

type Answer = Readonly<Record<string, unknown>>

/** A connection in this process, whose clock stands still. */
function connected({ authenticate = async () => new AuthContext({ subject: 'ann' }) } = {}) {
  const now = { ms: 1_700_000_000_000 }
  const clock = { now: () => now.ms, elapsed: () => now.ms }
  const jwt = jwtAuth({ keys: KEYS, clock })
  const app = createApp({
    name: 'shop',
    env: {},
    clock,
    log: { logger: quiet },
    auth: [
      {
        authenticate: (request) =>
          request.bearer === null ? authenticate() : jwt.authenticate(request),
        surfaces: ['mcp'],
      },
    ],
    publicSurfaces: ['api', 'cli'],
    agentWrites: 'allow',
  })
  app.tool('link', { description: 'Points.' }, () =>
    reply({ a: 1 }, { content: [content.link('shop://a', { name: 'a' })] }),
  )
  app.tool('echo', { description: 'Says it.', params: { text: z.string() } }, ({ text }) => text)
  app.tool('any', { description: 'Takes all.', params: { value: z.unknown() } }, () => 'taken')
  const ends: (() => void)[] = []
  app.tool(
    'waits',
    { description: 'Waits.' },
    () => new Promise<string>((resolve) => ends.push(() => resolve('ended'))),
  )
  app.tool('steps', { description: 'Reports, and waits.' }, (_args, call) => {
    for (let done = 1; done <= 3; done++) call.progress(done)
    return new Promise<string>((resolve) => ends.push(() => resolve('ended')))
  })
  app.tool('reports', { description: 'Reports.' }, (_args, call) => {
    for (let done = 1; done <= 1_000; done++) {
      now.ms += 200
      call.progress(done)
    }
    return 'done'
  })
  const sent: string[] = []
  const flags = { isBehind: false }
  const open = (headers: readonly string[] = []) =>
    internalsOf(app, 'trefoil').connect({
      headers,
      signal: new AbortController().signal,
      send: (message) => void sent.push(message),
      get isBehind() {
        return flags.isBehind
      },
    })
  const answers = (): readonly Answer[] => sent.map((text) => JSON.parse(text))
  return { open, sent, answers, now, jwt, ends, flags }
}

function text(message: object): Uint8Array {
  return encoder.encode(JSON.stringify({ jsonrpc: '2.0', ...message }))
}

const hello = (protocolVersion: string) =>
  text({
    id: 'hello',
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo: { name: 'x', version: '1' } },
  })
const call = (id: unknown, name: string, args: object = {}, meta: object = {}) =>
  text({ id, method: 'tools/call', params: { name, arguments: args, _meta: meta } })

describe('who writes on before the handshake is answered (MCP-1)', () => {
  test.each([
    ['2025-11-25', 'resource_link'],
    ['2025-03-26', 'text'],
  ])('is answered by what was agreed on: %s', async (version, type) => {
    const { open, answers } = connected()
    const lines = open()
    await Promise.all([
      lines.receive(hello(version)),
      lines.receive(text({ method: 'notifications/initialized' })),
      lines.receive(call(2, 'link')),
      lines.receive(text({ id: 3, method: 'tools/list' })),
    ])
    const [first, ...rest] = answers()
    expect(first).toMatchObject({ id: 'hello', result: { protocolVersion: version } })
    const link = rest.find(({ id }) => id === 2)
    expect(link).toMatchObject({
      result: { content: expect.arrayContaining([expect.objectContaining({ type })]) },
    })
    expect(rest.find(({ id }) => id === 3)).toHaveProperty('result.tools')
  })

  test('may send a list for 2025-03-26 alone', async () => {
    for (const [version, taken] of [
      ['2025-03-26', true],
      ['2025-11-25', false],
    ] as const) {
      const { open, answers } = connected()
      const lines = open()
      const list = encoder.encode('[{"jsonrpc":"2.0","id":5,"method":"ping"}]')
      await Promise.all([lines.receive(hello(version)), lines.receive(list)])
      expect(Array.isArray(answers()[1]), version).toBe(taken)
    }
  })

  test('is refused with it where nobody is known, and is heard when it tries again', async () => {
    let isKnown = false
    const { open, answers } = connected({
      authenticate: async () => (isKnown ? new AuthContext({ subject: 'ann' }) : (null as never)),
    })
    const lines = open()
    await Promise.all([
      lines.receive(hello('2025-11-25')),
      lines.receive(text({ id: 2, method: 'ping' })),
    ])
    expect(answers()).toMatchObject([
      { id: 'hello', error: {} },
      { id: 2, error: {} },
    ])
    isKnown = true
    await Promise.all([lines.receive(hello('2025-11-25')), lines.receive(call(3, 'link'))])
    expect(answers().slice(2)).toMatchObject([
      { id: 'hello', result: {} },
      { id: 3, result: { content: [{ type: 'resource_link' }] } },
    ])
  })
})

test('a token is judged for each message: the one after its end is refused (FND-45)', async () => {
  const { open, answers, jwt, now } = connected()
  const token = await jwt.createToken({ sub: 'ann' }, { expiresIn: '60s' })
  const lines = open(['authorization', `Bearer ${token}`])
  await lines.receive(hello('2025-11-25'))
  now.ms += 59_999
  await lines.receive(call(1, 'echo', { text: 'still' }))
  now.ms += 1
  await lines.receive(call(2, 'echo', { text: 'no more' }))
  await lines.receive(text({ id: 3, method: 'tools/list' }))
  await lines.receive(text({ method: 'notifications/cancelled', params: { requestId: 9 } }))
  expect(answers()).toMatchObject([
    { id: 'hello' },
    { id: 1, result: { content: [{ text: 'still' }] } },
    { id: 2, error: { code: -32_600, data: { error: 'invalid_token' } } },
    { id: 3, error: { code: -32_600 } },
  ])
})

test('notifications take no place of calls, and more calls than there are places are refused', async () => {
  const { open, answers, ends } = connected()
  const lines = open()
  const notes = Array.from({ length: 200 }, () =>
    lines.receive(text({ method: 'notifications/initialized' })),
  )
  const waiting = Array.from({ length: 65 }, (_, id) => lines.receive(call(id, 'waits')))
  await Promise.all([...notes, waiting[64]])
  expect(answers()).toMatchObject([{ id: 64, error: { code: -32_603 } }])
  for (const end of ends) end()
  await Promise.all(waiting)
  expect(answers().filter(({ result }) => result !== undefined)).toHaveLength(64)
})

test('two requests with one id are answered both, and called off both', async () => {
  const { open, answers, ends } = connected()
  const lines = open()
  const both = [
    lines.receive(call(1, 'echo', { text: 'a' })),
    lines.receive(call(1, 'echo', { text: 'b' })),
  ]
  await Promise.all(both)
  expect(answers().map(({ id }) => id)).toEqual([1, 1])
  const waiting = [lines.receive(call(2, 'waits')), lines.receive(call(2, 'waits'))]
  await lines.receive(text({ method: 'notifications/cancelled', params: { requestId: 2 } }))
  for (const end of ends) end()
  await Promise.all(waiting)
  expect(answers()).toHaveLength(2)
})

test('what stands in a text ends no line for anybody', async () => {
  const { open, sent } = connected()
  const odd = 'a\u2028b\u2029c\u0085d\r\n'
  await open().receive(call(odd, 'echo', { text: odd }))
  expect(sent.join('')).not.toMatch(/[\r\n\u0085\u2028\u2029]/)
  expect(JSON.parse(sent[0] ?? '')).toMatchObject({ id: odd, result: { content: [{ text: odd }] } })
})

describe('what is odd, and no fault of the connection', () => {
  const many = Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`k${index}`, 0]))
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
  const long = 'i'.repeat(900_000)

  test.each([
    ['an id of a megabyte', call(long, 'echo', { text: 'x' }), { id: long, result: {} }],
    ['very many members', call(1, 'any', { value: many }), { id: null, error: { code: -32_700 } }],
    [
      'deep lists',
      encoder.encode(`{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${deep}}}`),
      { id: null, error: { code: -32_700 } },
    ],
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), { id: null, error: { code: -32_700 } }],
    [
      'a member twice',
      encoder.encode('{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}'),
      { id: null, error: { code: -32_700 } },
    ],
    [
      'an id that is no name',
      text({ id: {}, method: 'ping' }),
      { id: null, error: { code: -32_600 } },
    ],
  ])('%s', async (_, line, expected) => {
    const { open, answers } = connected()
    const lines = open()
    await lines.receive(line)
    await lines.receive(text({ id: 'next', method: 'ping' }))
    expect(answers()).toMatchObject([expected, { id: 'next', result: {} }])
  })
})

test('to who does not listen only the last report is told, before the answer', async () => {
  const { open, answers, flags } = connected()
  flags.isBehind = true
  await open().receive(call(1, 'reports', {}, { progressToken: 't' }))
  expect(answers()).toMatchObject([{ params: { progress: 1_000 } }, { id: 1 }])
})

test('the last report before a long wait does not wait for the next one', async () => {
  const { open, answers, now, ends } = connected()
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const working = open().receive(call(1, 'steps', {}, { progressToken: 't' }))
  await vi.waitFor(() => expect(ends).toHaveLength(1))
  expect(answers()).toMatchObject([{ params: { progress: 1 } }])
  now.ms += 100
  vi.advanceTimersByTime(100)
  expect(answers()).toMatchObject([{ params: { progress: 1 } }, { params: { progress: 3 } }])
  for (const end of ends) end()
  await working
  now.ms += 1_000
  vi.advanceTimersByTime(1_000)
  expect(answers()).toHaveLength(3)
})
