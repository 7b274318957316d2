// SEP-2243: an argument that clients repeat in a header, so that a gateway can go by it. Whoever tells the gateway one
// thing and the tool another would be passed under a false name.
import * as modern from '@modelcontextprotocol/client'
import { createApp, field, query } from 'trefoil'
import { serve } from 'trefoil/node'
import { type McpCallOptions, testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }

function build() {
  const app = createApp({ name: 'regions', log, publicSurfaces: ['mcp', 'api'] })
  app.get(
    '/where',
    {
      name: 'where',
      description: 'Says where.',
      tool: true,
      params: {
        region: query(z.string().optional(), { mcpHeader: 'Region' }),
        size: query(z.int().optional(), { mcpHeader: 'Size' }),
        dry: query(z.boolean().optional(), { mcpHeader: 'Dry' }),
        note: z.string().optional(),
      },
    },
    (args) => ({ ...args }),
  )
  return app
}

type Row = readonly [string, Record<string, unknown>, Record<string, string>, 'runs' | 'refused']
const ROWS: readonly Row[] = [
  ['the same text', { region: 'eu' }, { 'mcp-param-region': 'eu' }, 'runs'],
  ['space around it', { region: 'eu' }, { 'mcp-param-region': '  eu ' }, 'runs'],
  ['its base64', { region: 'Übersee' }, { 'mcp-param-region': '=?base64?w5xiZXJzZWU=?=' }, 'runs'],
  ['half a wrapping', { region: '=?base64?eu' }, { 'mcp-param-region': '=?base64?eu' }, 'runs'],
  ['the number', { size: 42 }, { 'mcp-param-size': '42' }, 'runs'],
  ['the number with a fraction of 0', { size: 42 }, { 'mcp-param-size': '42.0' }, 'runs'],
  ['yes', { dry: true }, { 'mcp-param-dry': 'true' }, 'runs'],
  ['nothing of nothing', { note: 'x' }, {}, 'runs'],
  ['nothing of null', { region: null }, {}, 'runs'],
  ['other text', { region: 'eu' }, { 'mcp-param-region': 'us' }, 'refused'],
  ['text of another case', { region: 'eu' }, { 'mcp-param-region': 'EU' }, 'refused'],
  ['no header', { region: 'eu' }, {}, 'refused'],
  ['a header of nothing', {}, { 'mcp-param-region': 'eu' }, 'refused'],
  ['a header of null', { region: null }, { 'mcp-param-region': 'null' }, 'refused'],
  ['broken base64', { region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVsbG8?=' }, 'refused'],
  ['no base64', { region: 'Hello' }, { 'mcp-param-region': '=?base64?SGVs!!!bG8=?=' }, 'refused'],
  ['no UTF-8', { region: '�' }, { 'mcp-param-region': '=?base64?/w==?=' }, 'refused'],
  ['another number', { size: 42 }, { 'mcp-param-size': '43' }, 'refused'],
  ['a number in hexadecimal', { size: 16 }, { 'mcp-param-size': '0x10' }, 'refused'],
  ['a number in powers', { size: 10 }, { 'mcp-param-size': '1e1' }, 'refused'],
  ['nothing for 0', { size: 0 }, { 'mcp-param-size': '' }, 'refused'],
  ['1 for yes', { dry: true }, { 'mcp-param-dry': '1' }, 'refused'],
  [
    'an object',
    { region: { toString: 'eu' } },
    { 'mcp-param-region': '[object Object]' },
    'refused',
  ],
  ['a list of it', { region: ['eu'] }, { 'mcp-param-region': 'eu' }, 'refused'],
]

describe('the modern era', () => {
  it.each(ROWS)('%s', async (_, args, headers, end) => {
    const answer = await testClient(build()).mcp.callTool('where', args, { headers })
    if (end === 'runs') expect(answer.isSuccess).toBe(true)
    else expect([answer.status, answer.error?.code]).toEqual([400, -32020])
  })

  it('two lines of one header are refused: a gateway may go by the other', async () => {
    const headers: McpCallOptions['headers'] = [
      ['mcp-param-region', 'eu'],
      ['mcp-param-region', 'us'],
    ]
    const answer = await testClient(build()).mcp.callTool('where', { region: 'eu' }, { headers })
    expect([answer.status, answer.error?.code]).toEqual([400, -32020])
  })
})

it('the legacy era: what is sent must be true, and nothing need be', async () => {
  const { mcp } = testClient(build(), { era: 'legacy' })
  expect((await mcp.callTool('where', { region: 'eu' })).isSuccess).toBe(true)
  const same = { headers: { 'mcp-param-region': 'eu' } }
  expect((await mcp.callTool('where', { region: 'eu' }, same)).isSuccess).toBe(true)
  const lie = await mcp.callTool('where', { region: 'us' }, same)
  expect([lie.status, lie.error?.code]).toEqual([400, -32020])
})

it('is advertised to clients that know it, and to nobody else', async () => {
  const listed = async (era: 'modern' | 'legacy') => {
    const { result } = await testClient(build(), { era }).mcp.listTools()
    return JSON.stringify(result)
  }
  expect(await listed('modern')).toContain('"x-mcp-header":"Region"')
  expect(await listed('legacy')).not.toContain('x-mcp-header')
})

it('the official client repeats what it is told to', async () => {
  const server = await serve(build(), { port: 0, signals: false })
  const client = new modern.Client(
    { name: 'a', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  )
  try {
    await client.connect(new modern.StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)))
    await client.listTools()
    const args = { region: 'Übersee', size: 3, dry: false }
    const { structuredContent, content } = await client.callTool({ name: 'where', arguments: args })
    expect(structuredContent ?? JSON.parse((content as { text: string }[])[0]?.text ?? '')).toEqual(
      args,
    )
  } finally {
    await client.close()
    await server.close()
  }
})

describe('what would stop clients, or hold nobody to anything, stops the start', () => {
  const starts = (params: Parameters<typeof query>[1], schema: z.ZodType = z.string()) => {
    const app = createApp({ name: 'regions', log, publicSurfaces: ['mcp'] })
    app.tool('t', { description: 'T.', params: { x: query(schema, params) } }, () => null)
    return testClient(app).mcp.listTools()
  }
  it.each([
    ['no token', { mcpHeader: 'My Region' }, z.string()],
    ['a line break', { mcpHeader: 'A\r\nB' }, z.string()],
    ['a fraction', { mcpHeader: 'A' }, z.number()],
    ['what may be null', { mcpHeader: 'A' }, z.string().nullable()],
    ['a list', { mcpHeader: 'A' }, z.array(z.string())],
    ['a secret', { mcpHeader: 'A', sensitive: true }, z.string()],
    ['the keyword by hand', { jsonSchema: { type: 'string', 'x-mcp-header': 'A' } }, z.string()],
    ['the keyword of a library', {}, z.string().meta({ 'x-mcp-header': 'A' })],
  ])('%s', async (_, params, schema) => {
    await expect(starts(params, schema)).rejects.toThrow(/mcpHeader/)
  })

  it('the keyword within an object', async () => {
    const app = createApp({ name: 'regions', log, publicSurfaces: ['mcp'] })
    const inner = z.object({ x: z.string().meta({ 'x-mcp-header': 'A' }) })
    app.tool('t', { description: 'T.', params: { body: field(inner) } }, () => null)
    await expect(testClient(app).mcp.listTools()).rejects.toThrow(/'body'.*mcpHeader/s)
  })

  it('two arguments under one header, whatever the case', async () => {
    const app = createApp({ name: 'regions', log, publicSurfaces: ['mcp'] })
    const params = {
      a: query(z.string(), { mcpHeader: 'Region' }),
      b: query(z.string(), { mcpHeader: 'region' }),
    }
    app.tool('t', { description: 'T.', params }, () => null)
    await expect(testClient(app).mcp.listTools()).rejects.toThrow(/'region' is that of 'a' already/)
  })
})
