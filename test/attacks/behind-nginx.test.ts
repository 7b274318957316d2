// The configuration of docs/operate.md, in a real nginx where one is installed (NGINX_BINARY names another than
// the one on the path). The two processes stand there as two listeners of this one.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, sse } from 'trefoil'
import { health } from 'trefoil/health'
import { type RunningServer, serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { fencesOf, readDocument } from '../docs/markdown.ts'

vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const NGINX = process.env['NGINX_BINARY'] ?? 'nginx'
const isThere = spawnSync(NGINX, ['-v']).status === 0
const BLOCK = fencesOf(readDocument('docs/operate.md')).find(({ language }) => language === 'nginx')
const FOLDER = mkdtempSync(join(tmpdir(), 'nginx-'))

function app() {
  const built = createApp({
    env: {},
    log: { level: 'silent' },
    edge: { hosts: ['api.example.com', '127.0.0.1'], proxies: ['127.0.0.1'] },
    parts: [health()],
  })
  built.get('/who', (_, call) => ({
    address: call.client.address,
    scheme: call.request?.scheme,
    host: call.request?.host,
  }))
  built.post('/size', { params: { text: z.string() } }, ({ text }) => text.length)
  built.get('/ticks', () =>
    sse(
      (async function* () {
        yield { data: 'one' }
        await new Promise((resolve) => setTimeout(resolve, 300))
        yield { data: 'two' }
      })(),
    ),
  )
  return built
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe.skipIf(!isThere)('docs/operate.md: behind nginx', () => {
  let nginx: ChildProcess
  let url: string
  const servers: RunningServer[] = []
  const ports: number[] = []

  beforeAll(async () => {
    for (const _ of [1, 2]) {
      const server = await serve(app(), { port: 0, signals: false })
      servers.push(server)
      ports.push(Number(new URL(server.url).port))
    }
    const port = await freePort()
    url = `http://127.0.0.1:${port}`
    // As it stands, but without TLS and at other ports.
    const http = String(BLOCK?.body)
      .replace('listen 443 ssl http2;', `listen 127.0.0.1:${port};`)
      .replaceAll(/^\s*ssl_.*$/gm, '')
      .replace('127.0.0.1:8001', `127.0.0.1:${ports[0]}`)
      .replace('127.0.0.1:8002', `127.0.0.1:${ports[1]}`)
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((name) => `${name}_temp_path ${FOLDER}/${name};`)
      .join('\n')
    const root = process.getuid?.() === 0 ? 'user root;\n' : ''
    writeFileSync(
      join(FOLDER, 'nginx.conf'),
      `${root}daemon off;\npid ${FOLDER}/pid;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${http}\n}\n`,
    )
    nginx = spawn(NGINX, ['-p', FOLDER, '-c', join(FOLDER, 'nginx.conf')], { stdio: 'inherit' })
    await vi.waitFor(async () => expect((await ask('/health')).status).toBe(200), 10_000)
  })

  afterAll(async () => {
    nginx?.kill('SIGTERM')
    for (const server of servers) await server.close()
    rmSync(FOLDER, { recursive: true, force: true })
  })

  const ask = async (
    path: string,
    headers: Record<string, string> = {},
    more: RequestInit = {},
  ) => {
    const { request } = await import('node:http')
    const { method = 'GET', body = null } = more
    return new Promise<{ status: number; text: string; at: number[] }>((resolve, reject) => {
      const options = { method, headers: { host: 'api.example.com', ...headers } }
      const sent = request(new URL(path, url), options, (answer) => {
        let text = ''
        const at: number[] = []
        answer.setEncoding('utf8').on('data', (piece: string) => {
          text += piece
          at.push(performance.now())
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, at }))
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  test('the app knows who calls, whatever the caller claims', async () => {
    const claims = {
      'x-forwarded-for': '203.0.113.7, 127.0.0.1',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=203.0.113.7;host=evil.example;proto=https',
    }
    for (const headers of [{}, claims]) {
      const { status, text } = await ask('/who', headers)
      expect([status, JSON.parse(text)]).toEqual([
        200,
        { address: '127.0.0.1', scheme: 'http', host: 'api.example.com' },
      ])
    }
    expect((await ask('/who', { host: 'evil.example' })).status).toBe(400)
  })

  test('a body as large as both allow goes through, one byte more is refused', async () => {
    const send = (length: number) =>
      ask(
        '/size',
        { 'content-type': 'application/json' },
        {
          method: 'POST',
          body: JSON.stringify({ text: 'x'.repeat(length - '{"text":""}'.length) }),
        },
      )
    expect((await send(2 * 1024 * 1024)).status).toBe(200)
    expect((await send(2 * 1024 * 1024 + 1)).status).toBe(413)
  })

  test('an event stream comes piece by piece', async () => {
    const { at } = await ask('/ticks')
    expect(at.length).toBeGreaterThan(1)
    expect(Number(at.at(-1)) - Number(at[0])).toBeGreaterThan(150)
  })

  test('one of two restarts, and no call is lost', async () => {
    const statuses: number[] = []
    let isOver = false
    const callers = Array.from({ length: 8 }, async () => {
      while (!isOver) statuses.push((await ask('/who')).status)
    })
    await new Promise((resolve) => setTimeout(resolve, 100))
    await servers[0]?.close()
    await new Promise((resolve) => setTimeout(resolve, 200))
    servers[0] = await serve(app(), { port: Number(ports[0]), signals: false })
    await new Promise((resolve) => setTimeout(resolve, 200))
    isOver = true
    await Promise.all(callers)
    expect(statuses.length).toBeGreaterThan(50)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
  })
})
