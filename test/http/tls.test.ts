import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:http2'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
    logger: quiet,
    accessLog: (event) => outcomes.push(`${event.scheme} ${event.outcome}`),
  })
  app.get('/facts', (_args, call) =>
    reply(
      { scheme: call.request.scheme, host: call.request.host },
      { cookies: { a: '1', b: '2' } },
    ),
  )
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

  it('SEC-1: refuses an authority and a Host that disagree', async () => {
    const answer = await ask2({
      ':path': '/facts',
      ':authority': 'localhost',
      host: 'evil.example',
    })
    expect(answer.status).toBe(400)
    expect(answer.body).toContain('INVALID_HOST')
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
