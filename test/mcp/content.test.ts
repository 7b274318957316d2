// What an agent is shown beside a value: blocks of each kind, in each revision, and what of the value comes with them.
import { type ContentBlock, content, createApp, HttpError, reply } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const BYTES = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff])
const BASE64 = 'iVBOR/8='
const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const PUBLIC = ['api', 'mcp', 'cli'] as const

type Handler = () => unknown

/** An app with one action on all surfaces, in this process. */
function open(handler: Handler, options: object = {}, app: object = {}) {
  const made = createApp({ name: 'content', log, publicSurfaces: PUBLIC, ...app })
  const shared = { name: 'act', description: 'Acts.', tool: true, cli: true, ...options } as const
  made.get('/act', shared, handler as () => never)
  return testClient(made)
}

const ERAS = ['legacy', 'modern'] as const

/** One of each kind, with all that can be said of it. */
const annotations = { audience: ['user'], priority: 0.5, lastModified: new Date(0) } as const
const EACH: readonly (readonly [string, ContentBlock, object])[] = [
  ['text', content.text('a\u2028"\n漢🍀'), { type: 'text', text: 'a\u2028"\n漢🍀' }],
  [
    'text with annotations and metadata',
    content.text('a', { annotations, meta: { 'example.com/n': 1, size: [1, { a: null }] } }),
    {
      type: 'text',
      text: 'a',
      annotations: { audience: ['user'], priority: 0.5, lastModified: '1970-01-01T00:00:00.000Z' },
      _meta: { 'example.com/n': 1, size: [1, { a: null }] },
    },
  ],
  [
    'a picture',
    content.image(BYTES, 'image/png'),
    { type: 'image', data: BASE64, mimeType: 'image/png' },
  ],
  [
    'a picture in base64',
    content.image(BASE64, 'image/png'),
    { type: 'image', data: BASE64, mimeType: 'image/png' },
  ],
  [
    'sound',
    content.audio(BYTES.buffer, 'audio/wav'),
    { type: 'audio', data: BASE64, mimeType: 'audio/wav' },
  ],
  [
    'a link',
    content.link('https://shop.example/o/7', {
      name: 'o7',
      title: 'Order 7',
      description: 'The order.',
      mimeType: 'application/pdf',
      size: 12,
    }),
    {
      type: 'resource_link',
      uri: 'https://shop.example/o/7',
      name: 'o7',
      title: 'Order 7',
      description: 'The order.',
      mimeType: 'application/pdf',
      size: 12,
    },
  ],
  [
    'an embedded text',
    content.embed('order://7', '{}', 'application/json'),
    {
      type: 'resource',
      resource: { uri: 'order://7', mimeType: 'application/json', text: '{}' },
    },
  ],
  [
    'embedded bytes',
    content.embed(new URL('file:///a'), BYTES),
    { type: 'resource', resource: { uri: 'file:///a', blob: BASE64 } },
  ],
]

describe.each(ERAS)('MCP 1.7: blocks in the %s era', (era) => {
  it.each(EACH)('%s is sent as it was said', async (_, block, wire) => {
    const client = open(() => reply({ id: 7 }, { content: [block] }))
    const { result } = await client.mcp.callTool('act', {}, { era })
    expect(result?.['content']).toEqual([wire])
    expect(result?.['structuredContent']).toEqual({ id: 7 })
    expect(result?.['isError']).toBe(false)
  })

  it('FND-2: several come in their order, as they were when the answer was made', async () => {
    const bytes = new Uint8Array(BYTES)
    const blocks = [content.text('one'), content.image(bytes, 'image/png'), content.text('two')]
    bytes.fill(0)
    const client = open(() => {
      queueMicrotask(() => blocks.splice(0))
      return reply({}, { content: blocks })
    })
    const { content: sent } = await client.mcp.callTool('act', {}, { era })
    expect(sent.map(({ text, data }) => text ?? data)).toEqual(['one', BASE64, 'two'])
  })

  it('an empty list is none, and the value still comes', async () => {
    const client = open(() => reply({ a: 1 }, { content: [] }))
    const { result } = await client.mcp.callTool('act', {}, { era })
    expect(result).toMatchObject({ content: [], structuredContent: { a: 1 } })
  })

  it('of no value there is none', async () => {
    const client = open(() => reply(null, { content: [content.text('x')] }))
    const { result } = await client.mcp.callTool('act', {}, { era })
    expect(result).not.toHaveProperty('structuredContent')
    expect(result?.['content']).toEqual([{ type: 'text', text: 'x' }])
  })

  it('FND-4: a value of bytes comes behind them, as it would without', async () => {
    const headers = { 'content-type': 'image/png' }
    const client = open(() => reply(BYTES, { headers, content: [content.text('x')] }))
    const answer = await client.mcp.callTool('act', {}, { era })
    expect(answer.content).toEqual([
      { type: 'text', text: 'x' },
      { type: 'image', data: BASE64, mimeType: 'image/png' },
    ])
    expect(answer.result).not.toHaveProperty('structuredContent')
  })

  it('FND-2: `returns` still holds the value, and says nothing of blocks', async () => {
    const returns = z.object({ id: z.number() })
    const good = open(() => reply({ id: 1, hash: 's3cret' }, { content: [content.text('x')] }), {
      returns,
    })
    const answer = await good.mcp.callTool('act', {}, { era })
    expect(answer.structuredContent).toEqual({ id: 1 })
    expect(answer.response.text).not.toContain('s3cret')
    const bad = open(() => reply({ id: 'x' }, { content: [content.text('x')] }), { returns })
    expect((await bad.mcp.callTool('act', {}, { era })).problem?.['code']).toBe('INTERNAL_ERROR')
  })

  it('a status of 400 or above is a failure, and its value comes as text where the tool promised another', async () => {
    const failed = () => reply({ why: 'no' }, { status: 409, content: [content.text('x')] })
    const free = await open(failed).mcp.callTool('act', {}, { era })
    expect(free.result).toMatchObject({ isError: true, structuredContent: { why: 'no' } })
    const returns = z.object({ id: z.number() })
    const app = createApp({ name: 'content', log, publicSurfaces: PUBLIC })
    app.onError(HttpError, failed as () => never)
    app.get('/act', { name: 'act', description: 'Acts.', tool: true, returns }, () => {
      throw new HttpError(409, 'no')
    })
    const promised = await testClient(app).mcp.callTool('act', {}, { era })
    expect(promised.result).toMatchObject({ isError: true })
    expect(promised.result).not.toHaveProperty('structuredContent')
    expect(promised.content).toEqual([
      { type: 'text', text: 'x' },
      { type: 'text', text: '{"why":"no"}' },
    ])
  })

  it('MCP-14: what blocks and value come to is held to the limit to the byte, each of them counted', async () => {
    const block = content.text('é'.repeat(100))
    const size = new TextEncoder().encode(
      JSON.stringify({ type: 'text', text: 'é'.repeat(100) }),
    ).length
    const value = { a: 'b' }
    const whole = 3 * size + JSON.stringify(value).length
    const ask = async (limit: number) => {
      const client = open(
        () => reply(value, { content: [block, block, block] }),
        {},
        {
          mcp: { maxResponseSize: `${limit}b` },
        },
      )
      return client.mcp.callTool('act', {}, { era })
    }
    expect((await ask(whole)).isSuccess).toBe(true)
    expect((await ask(whole - 1)).problem?.['code']).toBe('response_too_large')
  })
})

describe('MCP 1.7: what an older revision does not know becomes what it knows', () => {
  const link = content.link('https://shop.example/o/7', {
    name: 'o7',
    title: 'Order 7',
    description: 'The order.',
    mimeType: 'application/pdf',
    size: 12,
  })
  const ask = (protocolVersion: string, returned: unknown) =>
    open(() => returned).mcp.callTool('act', {}, { era: 'legacy', protocolVersion })

  it('2025-03-26 has no links and no structured content: both are text', async () => {
    const answer = await ask('2025-03-26', reply({ id: 7 }, { content: [link] }))
    expect(answer.content).toEqual([
      {
        type: 'text',
        text: 'Order 7 [o7] (application/pdf, 12 bytes): https://shop.example/o/7\nThe order.',
      },
      { type: 'text', text: '{"id":7}' },
    ])
    const bare = content.link('order://7', { name: 'o7' })
    const short = await ask('2025-03-26', reply(null, { content: [bare] }))
    expect(short.content).toEqual([{ type: 'text', text: 'o7: order://7' }])
  })

  it('2025-03-26 is also what a client means that names none', async () => {
    const client = open(() => reply({ id: 7 }, { content: [link] }))
    const answer = await client.mcp.request({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'act' },
    })
    expect(answer.content.map(({ type }) => type)).toEqual(['text', 'text'])
  })

  it.each(['2025-06-18', '2025-11-25'])(
    '%s has both, and objects alone as structured content',
    async (version) => {
      const answer = await ask(version, reply([1, 2], { content: [link] }))
      expect(answer.content.map(({ type }) => type)).toEqual(['resource_link'])
      expect(answer.structuredContent).toEqual({ result: [1, 2] })
      expect((await ask(version, reply('x', { content: [] }))).structuredContent).toEqual({
        result: 'x',
      })
    },
  )

  it('2026-07-28 takes any JSON there', async () => {
    const client = open(() => reply([1, 2], { content: [link] }))
    const answer = await client.mcp.callTool('act', {}, { era: 'modern' })
    expect(answer.structuredContent).toEqual([1, 2])
  })
})

describe('P-RESP-3: HTTP and CLI are given the value alone', () => {
  it('whatever blocks say', async () => {
    const client = open(() =>
      reply(
        { id: 7 },
        { content: [content.text('for the model'), content.image(BYTES, 'image/png')] },
      ),
    )
    const http = await client.http.get('/act')
    expect(http.text).toBe('{"id":7}')
    for (const local of [true, false]) {
      const answer = await client.cli.call('act', {}, { local })
      expect(answer).toEqual({ ok: true, status_code: 200, body: { id: 7 } })
    }
  })

  it('PW-05: a block inside a value fails on each surface, and shows nothing', async () => {
    const client = open(() => ({ shown: content.text('s3cret') }))
    const http = await client.http.get('/act')
    const mcp = await client.mcp.callTool('act', {})
    const cli = await client.cli.call('act', {})
    for (const text of [http.text, mcp.response.text, JSON.stringify(cli)]) {
      expect(text).not.toContain('s3cret')
      expect(text).toContain('INTERNAL_ERROR')
    }
  })

  it('the outer reply wins, and a kept answer keeps them', async () => {
    let calls = 0
    const client = open(
      () => {
        calls++
        return reply(reply({ n: calls }, { content: [content.text('in')] }), {
          content: [content.text('out')],
        })
      },
      { cache: { for: '1m', per: 'everyone' } },
    )
    for (let time = 0; time < 2; time++) {
      const answer = await client.mcp.callTool('act', {})
      expect(answer.content).toEqual([{ type: 'text', text: 'out' }])
      expect(answer.structuredContent).toEqual({ n: 1 })
    }
  })
})

describe('FND-13: what is no block is refused where it is made', () => {
  const long = `${'a'.repeat(300)}/b`
  it.each<[string, () => unknown, string]>([
    ['no text', () => content.text(7 as never), 'content.text() takes text, got 7'],
    ['base64 with white space', () => content.image('iVBO\n', 'image/png'), 'without white space'],
    ['a data URL', () => content.image('data:image/png;base64,AA==', 'image/png'), 'data: prefix'],
    ['no bytes', () => content.image(new Uint8Array(0), 'image/png'), 'was given no bytes'],
    ['no bytes as text', () => content.audio('', 'audio/wav'), 'was given no bytes'],
    ['a list for bytes', () => content.image([1] as never, 'image/png'), 'got a list'],
    ['sound as a picture', () => content.image(BYTES, 'audio/wav'), 'begins with image/'],
    ['no media type', () => content.image(BYTES, undefined as never), 'begins with image/'],
    [
      'a media type with a line break',
      () => content.image(BYTES, 'image/png\r\nx: y'),
      'must be a media type',
    ],
    ['an endless media type', () => content.embed('a://b', 'x', long), 'must be a media type'],
    ['a URI without a scheme', () => content.embed('/a', 'x'), 'takes a URI with its scheme'],
    ['a URI with a space', () => content.embed('a://b c', 'x'), 'takes a URI with its scheme'],
    [
      'a URI that is code',
      () => content.link('JavaScript:alert(1)', { name: 'a' }),
      'code that a host would run',
    ],
    [
      'a link without a name',
      () => content.link('a://b', {} as never),
      'content.link(): name must be',
    ],
    [
      'a link without options',
      () => content.link('a://b', undefined as never),
      'content.link(): options must be',
    ],
    ['a size that is none', () => content.link('a://b', { name: 'a', size: -1 }), 'size must be'],
    ['an option nobody reads', () => content.text('a', { title: 'b' } as never), 'title'],
    [
      'an audience of others',
      () => content.text('a', { annotations: { audience: ['me'] as never } }),
      'audience',
    ],
    [
      'a priority above 1',
      () => content.text('a', { annotations: { priority: 2 } }),
      'from 0 to 1, got 2',
    ],
    [
      'a priority that is no number',
      () => content.text('a', { annotations: { priority: Number.NaN } }),
      'got NaN',
    ],
    [
      'a time that is none',
      () => content.text('a', { annotations: { lastModified: 'today' } }),
      'ISO 8601',
    ],
    [
      'a broken date',
      () => content.text('a', { annotations: { lastModified: new Date('x') } }),
      'ISO 8601',
    ],
    [
      'metadata that is no JSON',
      () => content.text('a', { meta: { n: 1n } }),
      'must be JSON, got a bigint',
    ],
    ['metadata of a class', () => content.text('a', { meta: { n: new Map() } }), 'must be JSON'],
    [
      'a name of the protocol',
      () => content.text('a', { meta: { 'io.modelcontextprotocol/x': 1 } }),
      'keeps for itself',
    ],
    ['another one', () => content.text('a', { meta: { 'com.MCP.api/x': 1 } }), 'keeps for itself'],
    ['a name with a space', () => content.text('a', { meta: { 'a b': 1 } }), 'of the form size'],
    [
      'what looks like a block',
      () => reply(1, { content: [{ type: 'text', text: 'a' }] as never }),
      'made by content.text()',
    ],
    ['no list', () => reply(1, { content: content.text('a') as never }), 'must be a list'],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message)
  })

  it('FND-38: the message never says what the value was', () => {
    for (const make of [
      () => content.image('s3cret', 'image/png'),
      () => content.embed('s3cret', 'x'),
      () => content.embed('a://b', 'x', 's3cret'),
      () => content.text('a', { meta: { 's3cret s3cret': 1 } }),
    ]) {
      expect(make).toThrow(/^(?!.*s3cret)/s)
    }
  })

  it('a loop in metadata is refused, and ends', () => {
    const meta: Record<string, unknown> = {}
    meta['self'] = meta
    expect(() => content.text('a', { meta })).toThrow('nested too deeply')
  })

  it('FND-9: a block cannot be changed or forged by who holds it', () => {
    const block = content.text('a')
    expect(Object.isFrozen(Object.getPrototypeOf(block))).toBe(true)
    expect(() => Object.assign(block, { text: 'b' })).toThrow(TypeError)
    const forged = Object.create(Object.getPrototypeOf(block))
    expect(() => reply(1, { content: [forged] })).toThrow('made by content.text()')
    expect(Object.keys(block)).toEqual([])
    expect(block.type).toBe('text')
  })
})
