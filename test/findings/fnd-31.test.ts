// FND-31: what the MCP endpoint says to pages. Its rule about origins speaks before any other, with
// words that help; a page of this server passes, because its Host was accepted. And a refusal that
// is written at the socket, before there is a request, is negotiated like every other.
import { createApp } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { afterEach, describe, expect, test } from 'vitest'
import { ask } from '../attacks/raw-connection.ts'
import { rawRequest } from '../runtimes/raw-request.ts'
import { ALL, ENV, Lines } from './surfaces.ts'

const open: RunningServer[] = []
afterEach(async () => {
  for (const server of open.splice(0)) await server.close()
})

type Options = Parameters<typeof createApp>[0]

async function started(options: Options = { publicSurfaces: ALL }): Promise<RunningServer> {
  const app = createApp({
    name: 'fnd-31',
    env: ENV,
    log: { logger: new Lines().logger },
    ...options,
  })
  const server = await serve(app, { port: 0, signals: false })
  open.push(server)
  return server
}

async function ping({ url }: RunningServer, headers: Readonly<Record<string, string>>) {
  const body = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
  const all = { 'content-type': 'application/json', ...headers }
  const answer = await rawRequest(url, { method: 'POST', path: '/mcp', headers: all, body })
  const { error } = JSON.parse(answer.text)
  return { status: answer.status, said: error === undefined ? '' : JSON.stringify(error) }
}

describe('a page that calls /mcp', () => {
  test('FND-31: of another origin is told so by MCP, and what to do', async () => {
    const covered = {
      auth: [{ authenticate: (_request) => new AuthContext({ subject: 'u' }), surfaces: ALL }],
    }
    const off = { publicSurfaces: ALL, browser: { csrf: false } } as const
    for (const server of [await started(), await started(covered), await started(off)]) {
      for (const more of [{}, { 'sec-fetch-site': 'cross-site' }, { cookie: 'a=b' }]) {
        const { status, said } = await ping(server, { origin: 'https://evil.example', ...more })
        expect(status).toBe(403)
        expect(said).toContain('Invalid MCP Origin')
        expect(said).toContain('mcp.allowedOrigins')
      }
      expect(await ping(server, {})).toEqual({ status: 200, said: '' })
    }
  })

  test('FND-31: of this server passes, by the Host that was accepted', async () => {
    const server = await started()
    const { port } = server
    const passes = async (origin: string, host: string) =>
      (await ping(server, { origin, host })).status === 200
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      const host = `${name}:${port}`
      expect(await passes(`http://${host}`, host)).toBe(true)
      expect(await passes(`https://${host}`, host)).toBe(false)
      expect(await passes(`http://${name}`, host)).toBe(false)
      expect(await passes(`http://evil.example:${port}`, host)).toBe(false)
    }
    // Two names of one machine are two origins.
    expect(await passes(`http://localhost:${port}`, `127.0.0.1:${port}`)).toBe(false)
    expect((await ping(server, { origin: 'null' })).status).toBe(403)
  })

  test('FND-31: gains nothing by choosing the Host (DNS rebinding)', async () => {
    const rebound = { origin: 'http://evil.example', host: 'evil.example' }
    expect((await ping(await started(), rebound)).status).toBe(400)
    for (const loose of [{ hosts: ['*'] }, { security: 'off' } as const]) {
      const { status, said } = await ping(
        await started({ publicSurfaces: ALL, edge: loose }),
        rebound,
      )
      expect(status).toBe(403)
      expect(said).toContain('edge.hosts')
    }
  })

  test('FND-31: behind TLS that ends in a proxy nobody named is told of edge.proxies', async () => {
    const hosts = { publicSurfaces: ALL, edge: { hosts: ['api.example.com'] } }
    const head = {
      host: 'api.example.com',
      origin: 'https://api.example.com',
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'https',
    }
    const { status, said } = await ping(await started(hosts), head)
    expect(status).toBe(403)
    expect(said).toContain('edge.proxies')
    const named = { ...hosts, edge: { ...hosts.edge, proxies: ['127.0.0.1'] } }
    expect((await ping(await started(named), head)).status).toBe(200)
  })
})

describe('a refusal written at the socket', () => {
  const heads = {
    'a length that is none': ['Content-Length: abc', 400],
    'two lengths': ['Content-Length: 1\r\nContent-Length: 2', 400],
    'a header that is none': ['bad header', 400],
  } as const

  test.each(Object.entries(heads))('FND-31: %s', async (_, [line, status]) => {
    const { port } = await started()
    const text = (accept: string, place: 'before' | 'after') => {
      const lines = place === 'before' ? [accept, line] : [line, accept]
      return ['POST /x HTTP/1.1', 'Host: localhost', ...lines, '', ''].join('\r\n')
    }
    for (const place of ['before', 'after'] as const) {
      const plain = await ask(port, text('Accept: text/plain', place))
      expect(plain?.status).toBe(status)
      expect(plain?.head).toMatch(/^content-type: text\/plain/m)
      expect(plain?.head).toMatch(/^vary: Accept$/im)
      expect(plain?.body).not.toContain('{')
      const json = await ask(port, text('Accept: application/json', place))
      expect(json?.head).toMatch(/^content-type: application\/problem\+json/m)
      expect(JSON.parse(json?.body ?? '')).toMatchObject({ status, code: 'bad_request' })
    }
  })

  test('FND-31: of the second request of a packet goes by the head of the second', async () => {
    const { port } = await started()
    const first = 'GET /x HTTP/1.1\r\nHost: localhost\r\nAccept: text/plain\r\n\r\n'
    const second = 'POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: abc\r\n\r\n'
    const answer = await ask(port, second + first)
    expect(answer?.head).toMatch(/^content-type: application\/problem\+json/m)
  })
})
