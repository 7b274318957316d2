import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { AccessEvent } from '../../packages/trefoil/src/contract/call/access-event.ts'
import type { CreateAppOptions } from '../../packages/trefoil/src/index.ts'
import { createApp, NONCE } from '../../packages/trefoil/src/index.ts'
import { serve, toNodeHandler } from '../../packages/trefoil/src/node.ts'
import { ask, type RawResponse, request } from '../attacks/raw-connection.ts'

// Some requests never become a call: node cannot read them, or whoever mounted the app has spoilt
// them. A scanner that looks for a missing header looks exactly there.

type Options = Omit<CreateAppOptions<readonly [], object, object>, 'auth'>

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function makeApp(options: Options) {
  const app = createApp({
    log: { logger: silent },
    publicSurfaces: ['api', 'mcp', 'cli'],
    ...options,
  })
  app.get('/', () => 'root')
  app.post('/echo', { params: { text: z.string() } }, (args) => args)
  return app
}

async function served(options: Options): Promise<number> {
  const server = await serve(makeApp(options), {
    port: 0,
    signals: false,
    headersTimeout: '300ms',
    requestTimeout: '300ms',
  })
  closers.push(() => server.close())
  return server.port
}

/** A server of its own, which reads a body before the app does and has it under `/api`. */
async function mounted(options: Options): Promise<number> {
  const handler = toNodeHandler(makeApp(options), { mountPath: '/api' })
  const server = createServer((incoming, response) => {
    incoming.resume().once('end', () => handler(incoming, response))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

type Way = readonly [
  what: string,
  status: number,
  code: string,
  start: (options: Options) => Promise<number>,
  text: string,
]

const WAYS: readonly Way[] = [
  ['what is no HTTP', 400, 'bad_request', served, 'NONSENSE\r\n\r\n'],
  [
    'a head that is too large',
    431,
    'headers_too_large',
    served,
    request('GET /', [`x-large: ${'x'.repeat(20_000)}`]),
  ],
  ['a head that takes too long', 408, 'request_timeout', served, 'GET / HTTP/1.1\r\nHost: loc'],
  ['an expectation', 417, 'invalid_header', served, request('GET /', ['Expect: tea'])],
  ['a place beside the mounted app', 404, 'not_found', mounted, request('GET /other')],
  [
    'a body that is gone',
    500,
    'body_consumed',
    mounted,
    request('POST /api/echo', ['Content-Type: application/json'], '{"text":"a"}'),
  ],
]

function headersOf(answer: RawResponse | null): ReadonlyMap<string, string> {
  const lines = answer?.head.split('\r\n').slice(1) ?? []
  return new Map(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }),
  )
}

describe.each(WAYS)('SEC-7: %s', (_, status, code, start, text) => {
  async function refusal(options: Options) {
    const answer = await ask(await start(options), text)
    expect(answer?.status).toBe(status)
    const headers = headersOf(answer)
    expect(headers.get('content-type')).toBe('application/problem+json')
    const body: unknown = JSON.parse(answer?.body ?? '')
    expect(body).toMatchObject({ code, status })
    return { headers, body }
  }

  it('is refused with the headers of every answer', async () => {
    const { headers } = await refusal({})
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('DENY')
    expect(headers.get('referrer-policy')).toBe('same-origin')
  })

  it('with those of `web`, a policy with a fresh nonce, and the app’s own', async () => {
    const { headers } = await refusal({
      edge: { security: 'web', headers: { 'x-frame-options': null, 'x-own': 'caf\u00e9' } },
      browser: { contentSecurityPolicy: { 'script-src': [NONCE] } },
    })
    expect(headers.get('x-xss-protection')).toBe('0')
    expect(headers.get('content-security-policy')).toMatch(/^script-src 'nonce-[0-9a-f]{32}'$/)
    expect(headers.get('x-own')).toBe('caf\u00e9')
    expect(headers.has('x-frame-options')).toBe(false)
  })

  it('with none of them when they are off', async () => {
    const { headers } = await refusal({ edge: { security: 'off' } })
    expect(headers.has('x-content-type-options')).toBe(false)
    expect(headers.has('x-frame-options')).toBe(false)
    expect(headers.has('x-request-id')).toBe(true)
  })

  it('OBS-1: has one request id, in header and body, a fresh one each time', async () => {
    const seen = new Set<unknown>()
    for (const requestIdHeader of ['x-request-id', 'x-correlation-id']) {
      const { headers, body } = await refusal({ edge: { requestIdHeader } })
      expect(headers.get(requestIdHeader)).toMatch(/^[0-9a-f]{32}$/)
      expect(body).toMatchObject({ request_id: headers.get(requestIdHeader) })
      seen.add(headers.get(requestIdHeader))
    }
    expect(seen.size).toBe(2)
  })

  it('OBS-2: has no header where that is switched off', async () => {
    const { headers, body } = await refusal({ edge: { requestIdHeader: null } })
    expect([...headers.keys()].filter((name) => name.includes('id'))).toEqual([])
    expect(body).toMatchObject({ request_id: expect.stringMatching(/^[0-9a-f]{32}$/) })
  })
})

it.each(WAYS.slice(0, 3))('%s is refused even when the app cannot', async (...way) => {
  const [, status, code, start, text] = way
  const random = () => {
    throw new Error('no randomness to be had')
  }
  const answer = await ask(await start({ random }), text)
  expect(answer?.status).toBe(status)
  expect(headersOf(answer).get('x-content-type-options')).toBe('nosniff')
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code, request_id: '' })
})

it('MCP-5: a body that is gone is a JSON-RPC error to an MCP client', async () => {
  const text = request('POST /api/mcp', ['Content-Type: application/json'], '{}')
  const answer = await ask(await mounted({}), text)
  expect(answer?.status).toBe(500)
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({
    jsonrpc: '2.0',
    error: { code: -32603, data: { problem: 'body_consumed' } },
  })
})

it('OBS-4: what was no request is in the access log too, as nobody knows what', async () => {
  const events: AccessEvent[] = []
  const accessLog = (event: AccessEvent) => void events.push(event)
  for (const [, , , start, text] of WAYS)
    await ask(await start({ log: { access: accessLog, logger: silent } }), text)
  for (const close of closers.splice(0)) await close()
  const seen = events.map(({ method, path, status_code }) => [method, path, status_code])
  expect(seen).toEqual([
    ['', '(malformed)', 400],
    ['', '(malformed)', 431],
    ['', '(malformed)', 408],
    ['GET', '/', 417],
    ['GET', '/other', 404],
    ['POST', '/echo', 500],
  ])
})

it('a caller’s own request id is kept where it could be read', async () => {
  for (const [, , , start, line] of WAYS.slice(3)) {
    const text = line.replace('Host: localhost', 'Host: localhost\r\nX-Request-Id: mine')
    const answer = await ask(await start({}), text)
    expect(headersOf(answer).get('x-request-id')).toBe('mine')
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ request_id: 'mine' })
  }
})
