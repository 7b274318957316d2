// FND-30: empty lines are no request, so a client that sends nothing else is idle; and a request line
// does not make HTTP/2 of a connection.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { createApp } from 'trefoil'
import { serve, toNodeHandler } from 'trefoil/node'
import { afterEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../http/self-signed.ts'
import { ALL, ENV, Lines, within } from './surfaces.ts'

const { key, cert } = selfSigned()
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
})

const seen: string[] = []
function newApp() {
  const app = createApp({
    name: 'fnd-30',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
  })
  app.get('/', { name: 'ok' }, (_args, call) => {
    seen.push(call.request.headers.get('x-case') ?? '')
    return 'ok'
  })
  return app
}

const KINDS = ['plain', 'https', 'https beside HTTP/2'] as const

async function start(kind: (typeof KINDS)[number], options: object = {}): Promise<number> {
  const tls = kind === 'plain' ? {} : { tls: { key, cert, http2: kind !== 'https' } }
  const server = await serve(newApp(), {
    port: 0,
    signals: false,
    drainTimeout: '100ms',
    ...options,
    ...tls,
  })
  ends.push(() => server.close())
  return server.port
}

function open(kind: (typeof KINDS)[number], port: number): Socket {
  const at = { port, host: '127.0.0.1', allowHalfOpen: true }
  const socket =
    kind === 'plain' ? connect(at) : connectTls({ ...at, ca: cert, servername: 'localhost' })
  socket.on('error', () => {})
  ends.push(() => socket.destroy())
  return socket
}

const GET = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

describe.each(KINDS)('empty lines now and then: %s', (kind) => {
  const times = { keepAliveTimeout: '300ms', headersTimeout: '300ms', requestTimeout: '2s' }

  test.each([
    ['after an answer', GET],
    ['before the first request', '\r\n'],
  ])('%s do not keep a connection', async (_name, first) => {
    const socket = open(kind, await start(kind, times))
    const end = once(socket.resume(), 'end')
    socket.write(first)
    const dripping = setInterval(() => socket.write('\r\n'), 50)
    ends.push(() => clearInterval(dripping))
    await within(end, 'the end of the connection', 15_000)
  })

  test.skipIf(kind === 'https')('a client that asks between them stays', async () => {
    const socket = open(kind, await start(kind, times))
    // Six idle times and more, after which a client that does not ask is gone.
    for (let time = 0; time < 20; time++) {
      socket.write(`\r\n${GET}`)
      const [answer] = await within(once(socket, 'data'), 'an answer', 10_000)
      expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /)
      await new Promise((resolve) => setTimeout(resolve, 120))
    }
  })
})

async function ask(port: number, text: string, kind: (typeof KINDS)[number] = 'plain') {
  const socket = open(kind, port)
  let said = ''
  socket.setEncoding('latin1').on('data', (piece: string) => {
    said += piece
  })
  socket.write(text)
  await within(once(socket, 'end'), 'the end of the connection', 10_000)
  return said
}

/** RFC 9110 §15.6.6: a version that is not spoken here; RFC 9112 §3: what is no request line. */
const VERSIONS = [
  ['HTTP/2.0', 505],
  ['HTTP/2', 505],
  ['HTTP/3.0', 505],
  ['HTTP/1.2', 505],
  ['HTTP/0.9', 505],
  ['HTTP/9.9', 505],
  ['http/1.1', 400],
  ['Http/2.0', 400],
  ['HTTPS/1.1', 400],
  ['', 400],
] as const

describe.each(KINDS)('the version of a request line: %s', (kind) => {
  // With TLS it is the same parser.
  test.each(kind === 'plain' ? VERSIONS : VERSIONS.slice(0, 1))(
    "'%s' is answered with %i, and the connection ends",
    async (version, status) => {
      const before = seen.length
      const port = await start(kind)
      const text = `GET / ${version}\r\nHost: localhost\r\nConnection: keep-alive\r\nx-case: ${version}\r\n\r\n`
      const said = await ask(port, text + GET, kind)
      expect(said).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
      expect(said.toLowerCase()).toContain('\r\nx-request-id: ')
      if (status === 505) expect(said).toContain('"code":"http_version_not_supported"')
      expect(said.match(/HTTP\/1\.1 \d/g)).toHaveLength(1)
      expect(seen.length).toBe(before)
    },
  )

  test.each(['HTTP/1.1', 'HTTP/1.0'])('%s is spoken', async (version) => {
    const port = await start(kind)
    const text = `GET / ${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`
    expect(await ask(port, text, kind)).toMatch(/^HTTP\/1\.1 200 /)
  })
})

test('a body under a version that is not spoken is no second request', async () => {
  const port = await start('plain')
  const text = `POST / HTTP/2.0\r\nHost: localhost\r\nContent-Length: ${GET.length}\r\n\r\n${GET}`
  const said = await ask(port, text)
  expect(said.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 505'])
})

test.each(['HTTP/2.0', 'HTTP/0.9'])('mounted in another server: %s', async (version) => {
  const app = newApp()
  await app.startup()
  const host = createServer(toNodeHandler(app)).listen(0, '127.0.0.1')
  ends.push(() => host.close())
  await once(host, 'listening')
  const text = `GET / ${version}\r\nHost: localhost\r\nConnection: close\r\n\r\n`
  const said = await ask((host.address() as AddressInfo).port, text)
  expect(said).toMatch(/^HTTP\/1\.1 505 /)
})
