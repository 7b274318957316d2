import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AccessEvent } from '../../packages/trefoil/src/contract/call/access-event.ts'
import { CALL_PATH, MANIFEST_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { ask, type RawResponse, request } from '../attacks/raw-connection.ts'

// An MCP client reads JSON-RPC and the program reads envelopes, whoever refused the request
// (W-23, MCP-5): one that is handed a problem document says that the server is none of its kind.

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const events: AccessEvent[] = []
let server: RunningServer
/** Calls of `/wait` that have not been let go. */
const waiting: (() => void)[] = []

beforeAll(async () => {
  const app = createApp({
    log: { logger: silent, access: (event) => events.push(event) },
    publicSurfaces: ['api', 'mcp', 'cli'],
    limits: { body: '100b', inFlight: 2 },
  })
  const agents = { tool: true, cli: true, params: { n: z.int() } }
  app.action('double', { ...agents, description: 'Doubles.' }, ({ n }) => 2 * n)
  app.post('/plain', { params: { n: z.int() } }, ({ n }) => n)
  app.get('/wait', async () => {
    await new Promise<void>((release) => waiting.push(release))
    return 'done'
  })
  server = await serve(app, { port: 0, signals: false, drainTimeout: '500ms' })
})
afterAll(() => server.close())

const JSON_TYPE = 'Content-Type: application/json'

/** How a refusal is to be sent, and what it must be. */
type Refused = readonly [
  what: string,
  status: number,
  code: string,
  headers: readonly string[],
  body: string,
]

const REFUSALS: readonly Refused[] = [
  ['SEC-2: too large', 413, 'payload_too_large', [JSON_TYPE], `"${'x'.repeat(100)}"`],
  [
    'SEC-1: two credentials',
    400,
    'invalid_header',
    [JSON_TYPE, 'Authorization: Bearer a', 'Authorization: Bearer b'],
    '{}',
  ],
  [
    'HTTP-8: another site',
    403,
    'csrf_refused',
    [JSON_TYPE, 'Cookie: a=b', 'Sec-Fetch-Site: cross-site'],
    '{}',
  ],
  ['RFC 9110 §10.1.1: an expectation', 417, 'invalid_header', [JSON_TYPE, 'Expect: tea'], '{}'],
  ['AUTH-9: another type', 415, 'unsupported_media_type', ['Content-Type: text/plain'], '{}'],
]

function json(answer: RawResponse | null): unknown {
  return JSON.parse(answer?.body ?? '')
}

function requestId(answer: RawResponse | null): string {
  const id = /^x-request-id: (\S+)$/im.exec(answer?.head ?? '')?.[1]
  expect(id).toMatch(/^[0-9a-f]{32}$/)
  return id as string
}

describe.each(REFUSALS)('%s', (_, status, code, headers, body) => {
  it(`MCP-5 is a JSON-RPC error on MCP, in a ${status}`, async () => {
    const answer = await ask(server.port, request('POST /mcp', headers, body))
    expect(answer?.status).toBe(status)
    expect(answer?.head).toMatch(/^content-type: application\/json$/im)
    expect(answer?.head).toMatch(/^x-content-type-options: nosniff$/im)
    expect(json(answer)).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32600, data: { problem: code, request_id: requestId(answer) } },
    })
  })

  it(`W-23 is an envelope on the action protocol, in a ${status}`, async () => {
    const answer = await ask(server.port, request(`POST ${CALL_PATH}`, headers, body))
    expect(answer?.status).toBe(status)
    expect(answer?.head).toMatch(/^content-type: application\/json$/im)
    expect(answer?.head).toMatch(/^cache-control: no-store$/im)
    expect(json(answer)).toMatchObject({
      ok: false,
      status_code: status,
      error: { code, request_id: requestId(answer) },
    })
  })
})

describe('RFC 9457: a problem document is what everybody else gets', () => {
  it.each(REFUSALS.slice(0, 4))('%s on HTTP', async (_, status, code, headers, body) => {
    const answer = await ask(server.port, request('POST /plain', headers, body))
    expect(answer?.status).toBe(status)
    expect(answer?.head).toMatch(/^content-type: application\/problem\+json$/im)
    expect(json(answer)).toMatchObject({ code, request_id: requestId(answer) })
  })

  it.each([
    ['SEC-4: another host', `POST /mcp HTTP/1.1\r\nHost: evil.example\r\n\r\n`, 400],
    ['SEC-1: no host', `POST ${CALL_PATH} HTTP/1.1\r\n\r\n`, 400],
    ['ROUTE-8: no path', request('POST /mcp%zz'), 400],
    ['MCP-1: another method', request('GET /mcp'), 405],
    ['RPC-1: another method', request(`PUT ${CALL_PATH}`), 405],
  ])('%s is refused before it is for any surface', async (_, text, status) => {
    const answer = await ask(server.port, text)
    expect(answer?.status).toBe(status)
    expect(answer?.head).toMatch(/^content-type: application\/problem\+json$/im)
    expect(json(answer)).toMatchObject({ request_id: requestId(answer) })
  })
})

it('a server that is busy says so to every kind of client, and when to come back', async () => {
  const held = [fetch(`${server.url}/wait`), fetch(`${server.url}/wait`)]
  await expect.poll(() => waiting.length).toBe(2)
  const mcp = await ask(server.port, request('POST /mcp', [JSON_TYPE], '{}'))
  expect(mcp?.status).toBe(503)
  expect(mcp?.head).toMatch(/^retry-after: 1$/im)
  expect(mcp?.head).toMatch(/^x-content-type-options: nosniff$/im)
  expect(json(mcp)).toMatchObject({
    jsonrpc: '2.0',
    error: { code: -32603, data: { problem: 'unavailable', request_id: requestId(mcp) } },
  })
  for (const line of [`POST ${CALL_PATH}`, `GET ${MANIFEST_PATH}`]) {
    const cli = await ask(server.port, request(line, [JSON_TYPE]))
    expect(cli?.status).toBe(503)
    expect(cli?.head).toMatch(/^retry-after: 1$/im)
    expect(json(cli)).toMatchObject({ ok: false, status_code: 503, error: { code: 'unavailable' } })
  }
  for (const release of waiting) release()
  for (const answer of held) expect(await (await answer).text()).toBe('done')
})

it('W-31b, OBS-4: such a refusal is recorded under the surface it was meant for', async () => {
  events.length = 0
  const tooLarge = `"${'x'.repeat(100)}"`
  for (const path of ['/mcp', CALL_PATH, '/plain']) {
    await ask(server.port, request(`POST ${path}`, [JSON_TYPE], tooLarge))
  }
  await expect.poll(() => events.length).toBe(3)
  const seen = events.map(({ path, source, status_code }) => [path, source, status_code])
  expect(seen.sort()).toEqual([
    [CALL_PATH, 'cli', 413],
    ['/mcp', 'mcp', 413],
    ['/plain', 'api', 413],
  ])
})
