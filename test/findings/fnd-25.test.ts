// FND-25: a header that has one value is refused when it comes twice, whichever way it comes and
// wherever it goes; and a coded body is refused on every surface in the same words.
import { connect } from 'node:http2'
import { createApp, header } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ask, request } from '../attacks/raw-connection.ts'
import { selfSigned } from '../http/self-signed.ts'
import { alike, ENV, everywhere, membersOf, NETWORK_IDS, on, within } from './surfaces.ts'

const DATE = 'Sun, 06 Nov 1994 08:49:37 GMT'

/** Two values of each: what `app.fetch` is given of them is one, joined. */
const SINGLE: Readonly<Record<string, readonly [string, string]>> = {
  Authorization: ['Bearer a', 'Bearer b'],
  'Proxy-Authorization': ['Basic YQ==', 'Basic Yg=='],
  'Content-Type': ['application/json', 'text/plain'],
  'Content-Location': ['/a', '/b'],
  'Content-Range': ['bytes 0-1/2', 'bytes 0-1/2'],
  Date: [DATE, DATE],
  ETag: ['"a"', '"b"'],
  From: ['a@example.com', 'b@example.com'],
  'If-Modified-Since': [DATE, DATE],
  'If-Unmodified-Since': [DATE, 'Sun Nov  6 08:49:37 1994'],
  'If-Range': ['"a"', '"b"'],
  'Last-Modified': [DATE, DATE],
  'Max-Forwards': ['1', '2'],
  Range: ['bytes=0-1', 'bytes=2-3'],
  Referer: ['https://a.example/', 'https://b.example/'],
  'User-Agent': ['a', 'b'],
  Origin: ['https://a.example', 'https://b.example'],
  'Sec-Fetch-Site': ['same-origin', 'cross-site'],
  'Sec-Fetch-Mode': ['cors', 'navigate'],
  'Sec-Fetch-Dest': ['empty', 'document'],
  'Sec-Fetch-User': ['?1', '?0'],
  'Access-Control-Request-Method': ['GET', 'POST'],
  'Upgrade-Insecure-Requests': ['1', '1'],
  'Idempotency-Key': ['"a"', '"b"'],
  'Last-Event-ID': ['1', '2'],
  'MCP-Protocol-Version': ['2025-11-25', '2026-07-28'],
  'Mcp-Session-Id': ['a', 'b'],
  'X-Request-ID': ['a', 'b'],
  'X-CSRF-Token': ['a', 'b'],
  'Approval-Token': ['a', 'b'],
  'X-Shop-Key': ['a', 'b'],
}
/** Texts that may hold a comma and a space: joined, they may as well be one. */
const FREE: ReadonlySet<string> = new Set(['User-Agent', 'Last-Event-ID'])
const CASES = Object.entries(SINGLE)

const seen: string[] = []

function makeApp() {
  const app = createApp({
    name: 'fnd-25',
    env: ENV,
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    auth: [
      {
        authenticate: (_request) => new AuthContext({ subject: 'ann' }),
        surfaces: ['api', 'mcp', 'cli'],
        scheme: { type: 'apiKey', in: 'header', name: 'X-Shop-Key' },
      },
    ],
  })
  app.post('/note', { ...on('note'), params: { text: z.string() } }, ({ text }) => {
    seen.push(text)
    return { text }
  })
  app.get('/list', { params: { x_tags: header(z.array(z.string())) } }, ({ x_tags }) => x_tags)
  return app
}

const TARGETS = ['/note', '/mcp', '/__trefoil__/actions/call', '/nowhere'] as const

describe('FND-25: a header of one value that comes twice is refused by name', () => {
  const app = makeApp()
  const { key, cert } = selfSigned()
  let plain: Awaited<ReturnType<typeof serve>>
  let tls: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    plain = await serve(app, { port: 0, signals: false })
    tls = await serve(makeApp(), { port: 0, signals: false, tls: { key, cert } })
  })
  afterAll(async () => {
    await plain.close()
    await tls.close()
    expect(seen).toEqual([])
  })

  test.each(CASES)('HTTP/1.1: %s', async (name, [first, second]) => {
    for (const target of TARGETS) {
      const type = name === 'Content-Type' ? [] : ['Content-Type: application/json']
      const lines = [`${name}: ${first}`, `${name.toLowerCase()}: ${second}`, ...type]
      const answer = await ask(plain.port, request(`POST ${target}`, lines, '{}'))
      expect(answer?.status, target).toBe(400)
      expect(answer?.body, target).toContain('invalid_header')
      expect(answer?.body.toLowerCase(), target).toContain(`invalid ${name.toLowerCase()} header`)
    }
  })

  test('HTTP/2', async () => {
    // The types do not know the second one, which has Node's client send what it is told.
    const options = { rejectUnauthorized: false, strictSingleValueFields: false }
    const session = connect(tls.url, options)
    try {
      const answers = CASES.map(async ([name, values]) => {
        // In an object there can be no two; a list of pairs is sent as it is.
        const head = [
          ...[':method', 'POST', ':path', '/note', ':scheme', 'https'],
          ...[':authority', `localhost:${tls.port}`],
          ...values.flatMap((value) => [name.toLowerCase(), value]),
        ]
        const stream = session.request(head)
        stream.end('{}')
        let status = 0
        let body = ''
        stream.on('response', (headers) => (status = headers[':status'] ?? 0))
        for await (const piece of stream.setEncoding('utf8')) body += piece
        return [name, status, body.toLowerCase().includes(`invalid ${name.toLowerCase()} header`)]
      })
      const expected = CASES.map(([name]) => [name, 400, true])
      expect(await within(Promise.all(answers), 'answers')).toEqual(expected)
    } finally {
      session.close()
    }
  })

  test.each(CASES.filter(([name]) => !FREE.has(name)))(
    'app.fetch, where they are joined: %s',
    async (name, values) => {
      for (const target of TARGETS) {
        const headers = new Headers(
          name === 'Content-Type' ? {} : { 'content-type': 'application/json' },
        )
        for (const value of values) headers.append(name, value)
        const init = { method: 'POST', headers, body: '{}' }
        const response = await app.fetch(new Request(`http://localhost${target}`, init))
        expect(response.status, target).toBe(400)
        const text = (await response.text()).toLowerCase()
        expect(text, target).toContain(`invalid ${name.toLowerCase()} header`)
      }
    },
  )

  test('a header that is a list may be repeated', async () => {
    const answer = await ask(plain.port, request('GET /list', ['X-Tags: a', 'X-Tags: b']))
    expect(answer?.body).toBe('["a","b"]')
  })
})

describe('FND-25: a coded body is refused alike on every surface', () => {
  const CODED = ['gzip', 'GZIP', 'br', 'identity, gzip', 'gzip, identity', 'x-unknown', 'aes128gcm']
  const PLAIN = ['identity', 'Identity', '', ' identity , identity']

  test.each(CODED)('%s is 415', async (coding) => {
    const answers = await everywhere(
      () => ({ app: makeApp() }),
      async ({ call }) => {
        const headers = { 'content-encoding': coding }
        const { status, problem, headers: sent } = await call('note', { text: 'x' }, { headers })
        const code = problem?.['code']
        const text = problem?.['message'] ?? problem?.['detail']
        return { status, code, text, accepts: sent.get('accept-encoding') }
      },
      NETWORK_IDS,
    )
    const expected = {
      status: 415,
      code: 'unsupported_media_type',
      text: 'Unsupported content encoding: send the body uncompressed',
      accepts: 'identity',
    }
    expect(answers).toEqual(alike(expected, NETWORK_IDS))
  })

  test.each(PLAIN)('%j is the body as it is', async (coding) => {
    const answers = await everywhere(
      () => ({ app: makeApp() }),
      async ({ call }) => {
        const headers = { 'content-encoding': coding }
        return (await call('note', { text: 'x' }, { headers })).value
      },
      NETWORK_IDS,
    )
    expect(answers).toEqual(alike({ text: 'x' }, NETWORK_IDS))
  })

  test('a second line counts too', async () => {
    const server = await serve(makeApp(), { port: 0, signals: false })
    try {
      for (const target of ['/note', '/mcp', '/__trefoil__/actions/call']) {
        const lines = ['Content-Encoding: identity', 'Content-Encoding: gzip']
        const head = ['Content-Type: application/json', ...lines]
        const answer = await ask(server.port, request(`POST ${target}`, head, '{"text":"x"}'))
        expect(answer?.status, target).toBe(415)
        expect(membersOf(JSON.parse(answer?.body ?? '')), target).not.toEqual({})
      }
    } finally {
      await server.close()
    }
  })
})
