import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:http2'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp, reply } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
let folder: string
let cert: Buffer
let server: RunningServer
const outcomes: string[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'trefoil-tls-'))
  const [key, crt] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', key, '-out', crt, '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost'],
    ],
    { stdio: 'ignore' },
  )
  cert = readFileSync(crt)
  const app = createApp({
    log: {
      logger: quiet,
      access: (event) => outcomes.push(`${event.scheme} ${event.outcome}`),
    },
  })
  app.get('/facts', (_args, call) =>
    reply(
      { scheme: call.request.scheme, host: call.request.host },
      { cookies: { a: '1', b: '2' } },
    ),
  )
  app.get('/said/{text}', { params: { q: z.string().optional() } }, (args) => args)
  app.post('/echo', { params: { text: z.string() } }, ({ text }) => ({ text }))
  server = await serve(app, { port: 0, signals: false, tls: { key: readFileSync(key), cert } })
})

afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

interface Answer {
  readonly status: unknown
  readonly headers: Readonly<Record<string, unknown>>
  readonly body: string
}

function ask2(headers: Record<string, string>, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const session = connect(`https://localhost:${server.port}`, { ca: cert })
    session.on('error', reject)
    const stream = session.request(headers)
    let answer: Record<string, unknown> = {}
    let text = ''
    stream.on('response', (received) => {
      answer = { ...received }
    })
    stream.on('data', (chunk) => {
      text += chunk
    })
    stream.on('end', () => {
      session.close()
      resolve({ status: answer[':status'], headers: answer, body: text })
    })
    stream.on('error', reject)
    if (body !== '') stream.end(body)
  })
}

describe('serve over TLS', () => {
  it('answers HTTP/2, with every cookie and HSTS', async () => {
    const answer = await ask2({ ':path': '/facts' })
    expect(answer.status).toBe(200)
    expect(JSON.parse(answer.body)).toEqual({ scheme: 'https', host: `localhost:${server.port}` })
    expect(answer.headers['set-cookie']).toHaveLength(2)
    expect(answer.headers['strict-transport-security']).toContain('max-age')
    await expect.poll(() => outcomes).toContain('https ok')
  })

  it('reads an HTTP/2 body', async () => {
    const answer = await ask2({ ':path': '/echo', ':method': 'POST' }, '{"text":"hello"}')
    expect(JSON.parse(answer.body)).toEqual({ text: 'hello' })
  })

  // HTTP/1.1 stops them in node's parser. A gateway that took them for UTF-8 would have checked
  // another text than the one that arrives.
  it.each([
    ['a query', '/said/x?q=caf\u00c3\u00a9', 'Malformed query string'],
    ['the name of a query parameter', '/said/x?caf\u00e9=1', 'Malformed query string'],
    ['a path', '/said/caf\u00c3\u00a9', 'Malformed request path'],
  ])('BIND-5, ROUTE-8: raw bytes in %s of HTTP/2 are refused, not guessed at', async (...row) => {
    const [, path, detail] = row
    const answer = await ask2({ ':path': path })
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body)).toMatchObject({ detail })
  })

  it('BIND-5: the same text with escapes arrives', async () => {
    const answer = await ask2({ ':path': '/said/caf%C3%A9?q=caf%C3%A9' })
    expect(JSON.parse(answer.body)).toEqual({ text: 'café', q: 'café' })
  })

  it('SEC-1: refuses an authority and a Host that disagree', async () => {
    const answer = await ask2({
      ':path': '/facts',
      ':authority': 'localhost',
      host: 'evil.example',
    })
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('INVALID_HOST')
  })

  it('SEC-7: what it cannot read is refused with HSTS too', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      let text = ''
      const socket = connectTls({ port: server.port, ca: cert, servername: 'localhost' }, () => {
        socket.write('NONSENSE\r\n\r\n')
      })
      socket.setEncoding('utf8')
      socket.on('data', (piece: string) => {
        text += piece
      })
      socket.on('end', () => resolve(text))
      socket.on('error', reject)
    })
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer).toMatch(/^strict-transport-security: max-age=/im)
    expect(answer).toMatch(/^x-request-id: [0-9a-f]{32}\r$/im)
  })

  it('RFC 9110 §10.1.1: refuses an expectation over HTTP/2', async () => {
    const answer = await ask2({ ':path': '/facts', expect: 'tea' })
    expect(answer.status).toBe(417)
    expect(answer.headers['strict-transport-security']).toContain('max-age')
    expect(JSON.parse(answer.body)).toMatchObject({ request_id: answer.headers['x-request-id'] })
  })

  it('answers HTTP/1.1 on the same port', async () => {
    const status = await new Promise((resolve, reject) => {
      const client = request(
        `https://localhost:${server.port}/facts`,
        { ca: cert, agent: false },
        (response) => {
          response.resume()
          resolve(`${response.httpVersion} ${response.statusCode}`)
        },
      )
      client.on('error', reject)
      client.end()
    })
    expect(status).toBe('1.1 200')
  })
})
