// Who attacks: a client behind a gateway that refuses some tools by `Mcp-Name`, or some arguments by `Mcp-Param-*`, to the
// letter. What they would win: the tool itself, under a name that the gateway takes for another one and we for the same.
import { createApp, query } from 'trefoil'
import { type RunningServer, serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { ask, request } from './raw-connection.ts'

const MODERN = '2026-07-28'
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
}
const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
let server: RunningServer
let ran = 0
beforeAll(async () => {
  const app = createApp({ publicSurfaces: ['mcp'], log })
  app.tool(
    'delete_all',
    {
      description: 'Deletes.',
      params: {
        region: query(z.string(), { mcpHeader: 'Region' }),
        count: query(z.int().default(0), { mcpHeader: 'Count' }),
      },
    },
    () => {
      ran++
      return 'done'
    },
  )
  app.resource('store://secret', { name: 'secret' }, () => {
    ran++
    return 'secret'
  })
  server = await serve(app, { port: 0, host: '127.0.0.1' })
})
afterAll(() => server.close())

const encoded = (text: string) => `=?base64?${Buffer.from(text).toString('base64')}?=`
const TRUE = {
  'MCP-Protocol-Version': MODERN,
  'Mcp-Method': 'tools/call',
  'Mcp-Name': 'delete_all',
  'Mcp-Param-Region': 'eu',
}

async function call(
  headers: Record<string, string>,
  args: Record<string, unknown> = { region: 'eu' },
  method = 'tools/call',
  params: object = { name: 'delete_all', arguments: args },
) {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method,
    params: {
      ...params,
      ...(headers['MCP-Protocol-Version'] === undefined ? {} : { _meta: META }),
    },
  })
  const lines = Object.entries({ 'Content-Type': 'application/json', ...headers }).map(
    ([name, value]) => `${name}: ${value}`,
  )
  const before = ran
  const answer = await ask(server.port, request('POST /mcp', lines, body))
  return { status: answer?.status, ran: ran > before }
}

describe('P-ERR-4 SEP-2243: another spelling of what a gateway goes by is another text', () => {
  it('the true headers, with the blanks that every reader takes off', async () => {
    expect(await call(TRUE)).toEqual({ status: 200, ran: true })
    expect(await call({ ...TRUE, 'Mcp-Name': ' \t delete_all \t' })).toEqual({
      status: 200,
      ran: true,
    })
    expect(await call({ ...TRUE, 'Mcp-Param-Count': '42.0' }, { region: 'eu', count: 42 })).toEqual(
      { status: 200, ran: true },
    )
  })

  it.each<[string, Record<string, string>, Record<string, unknown>?]>([
    ['a byte order mark in the name', { 'Mcp-Name': encoded('\ufeffdelete_all') }],
    ['a byte order mark in an argument', { 'Mcp-Param-Region': encoded('\ufeffeu') }],
    ['a blank that is none, behind the name', { 'Mcp-Name': 'delete_all\u00a0' }],
    ['a blank that is none, before the name', { 'Mcp-Name': '\u00a0delete_all' }],
    ['a blank that is none, in the version', { 'MCP-Protocol-Version': `${MODERN}\u00a0` }],
    ['a blank that is none, in an argument', { 'Mcp-Param-Region': '\u00a0eu' }],
    ['zeros before a number', { 'Mcp-Param-Count': '007' }, { region: 'eu', count: 7 }],
    ['the other zero', { 'Mcp-Param-Count': '-0' }, { region: 'eu', count: 0 }],
  ])('%s', async (_, headers, args) => {
    expect(await call({ ...TRUE, ...headers }, args)).toEqual({ status: 400, ran: false })
  })

  it('the URI of a resource, and a version of before', async () => {
    const read = (headers: Record<string, string>) =>
      call(headers, {}, 'resources/read', { uri: 'store://secret' })
    const known = {
      'MCP-Protocol-Version': MODERN,
      'Mcp-Method': 'resources/read',
      'Mcp-Name': 'store://secret',
    }
    expect((await read(known)).ran).toBe(true)
    const marked = encoded('\ufeffstore://secret')
    expect(await read({ ...known, 'Mcp-Name': marked })).toEqual({ status: 400, ran: false })
    const older = { 'Mcp-Protocol-Version': '2025-11-25\u00a0' }
    expect(await read(older)).toEqual({ status: 400, ran: false })
  })
})

it('SEC-4: nor is a host that ends in something else', async () => {
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
  const ping = async (host: string) => {
    const lines = [`Host: ${host}`, 'Content-Type: application/json']
    const head = `POST /mcp HTTP/1.1\r\n${lines.join('\r\n')}`
    const message = `${head}\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
    return (await ask(server.port, message))?.status
  }
  expect(await ping('127.0.0.1')).toBe(200)
  expect(await ping('\t127.0.0.1 ')).toBe(200)
  expect(await ping('127.0.0.1\u00a0')).toBe(400)
  expect(await ping('\u00a0localhost')).toBe(400)
})
