import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { type ClientHttp2Session, connect } from 'node:http2'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { sse } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { systemClock } from '../../packages/trefoil/src/parts.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import type { Pair } from '../accounts/open-sessions.ts'
import { sessionsApp } from '../accounts/sessions-app.ts'
import { selfSigned } from '../http/self-signed.ts'
import { bundleScript } from './bundled-script.ts'

const MODERN = '2026-07-28'
const silent = () => {}

/** What a caller was sent of a call that lasts, and when it was over. */
interface Watched {
  readonly begun: Promise<unknown>
  readonly over: Promise<number>
  text(): string
}

const heardOf: string[] = []
const aborted: string[] = []
const wrote: string[] = []

/**
 * Calls that last while what let their callers in ends in another process.
 *
 * @param newUrl of a database that nobody has used
 */
export function endedCallChecks(newUrl: () => string | Promise<string>): void {
  const { key, cert } = selfSigned()
  let made: ReturnType<typeof sessionsApp>
  let plain: RunningServer
  let secure: RunningServer
  let other: ChildProcess
  let answers: AsyncIterator<string>
  let http2: ClientHttp2Session
  let script = ''

  beforeAll(async () => {
    const url = await newUrl()
    const quiet = { debug() {}, info() {}, warn() {}, error() {} }
    made = sessionsApp({ url, clock: systemClock, app: { log: { logger: quiet as never } } })
    const { app } = made
    const heard = (name: string, signal: AbortSignal) => {
      heardOf.push(name)
      signal.addEventListener('abort', () => aborted.push(name))
    }
    const ticks = async function* (name: string, signal: AbortSignal) {
      heard(name, signal)
      for (;;) {
        yield `tick ${name}\n`
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
    app.get('/sse', (_, call) => {
      const events = async function* () {
        for await (const data of ticks('sse', call.signal)) yield { data }
      }
      return sse(events())
    })
    app.get('/silent', (_, call) => {
      heard('silent', call.signal)
      const wait = async function* () {
        yield 'once\n'
        await new Promise(silent)
      }
      return sse(
        (async function* () {
          for await (const data of wait()) yield { data }
        })(),
      )
    })
    app.get('/generator', (_, call) => ticks('generator', call.signal))
    app.get('/late', async (_, call) => {
      heard('late', call.signal)
      await new Promise((resolve) => setTimeout(resolve, 3000))
      return 'late answer'
    })
    app.post('/body', async (_, call) => {
      heard('body', call.signal)
      for await (const _piece of call.request.stream()) wrote.push('piece')
      wrote.push('whole')
      return 'body read'
    })
    app.post('/typed', { params: { text: z.string() } }, ({ text }) => {
      wrote.push(text)
      return 'typed'
    })
    app.tool('lasting', { description: 'Lasts.' }, async (_, call) => {
      heard('lasting', call.signal)
      await new Promise((resolve) => setTimeout(resolve, 3000))
      return 'late answer'
    })
    app.tool('ticking', { description: 'Ticks.' }, (_, call) => ticks('ticking', call.signal))
    plain = await serve(app, { port: 0, signals: false })
    secure = await serve(app, { port: 0, signals: false, tls: { key, cert } })
    http2 = connect(`https://localhost:${secure.port}`, { ca: cert })
    http2.on('error', silent)
    script = await bundleScript(join(import.meta.dirname, 'end-sessions.process.ts'))
    other = spawn(process.execPath, [script, url], { stdio: ['pipe', 'pipe', 'inherit'] })
    answers = createInterface(other.stdout as never)[Symbol.asyncIterator]()
    await answers.next()
  }, 180_000)
  afterAll(async () => {
    other?.stdin?.end()
    http2?.destroy()
    rmSync(script, { force: true })
    await plain?.close()
    await secure?.close()
  })

  async function signedIn(): Promise<{ id: string; token: string; session: string }> {
    const id = await made.addAccount()
    const answer = await testClient(made.app).http.post('/sign-in', { json: { id } })
    const { access_token: token } = (await answer.json()) as unknown as Pair
    return { id, token, session: token.slice(7, 39) }
  }

  /** In the other process. */
  async function end(how: string, { id, session }: { id: string; session: string }) {
    other.stdin?.write(`${JSON.stringify([how, id, session])}\n`)
    return Number((await answers.next()).value)
  }

  function overHttp1(
    path: string,
    token: string,
    more: { post?: string; type?: string } = {},
  ): Watched {
    let text = ''
    const begun = Promise.withResolvers<unknown>()
    const over = Promise.withResolvers<number>()
    const request = httpRequest(
      {
        port: plain.port,
        path,
        method: more.post === undefined ? 'GET' : 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': more.type ?? 'application/octet-stream',
        },
      },
      (response) => {
        text += `${response.statusCode} `
        response.on('data', (piece: Buffer) => {
          text += piece.toString()
          begun.resolve(null)
        })
        response.on('error', silent)
        response.on('close', () => over.resolve(Date.now()))
      },
    )
    request.on('error', () => over.resolve(Date.now()))
    if (more.post === undefined) request.end()
    else {
      request.write(more.post)
      const timer = setInterval(() => request.write('x'), 100)
      void over.promise.then(() => clearInterval(timer))
    }
    return { begun: begun.promise, over: over.promise, text: () => text }
  }

  function overHttp2(path: string, token: string): Watched {
    let text = ''
    const begun = Promise.withResolvers<unknown>()
    const over = Promise.withResolvers<number>()
    const stream = http2.request({ ':path': path, authorization: `Bearer ${token}` })
    stream.on('response', (headers) => {
      text += `${headers[':status']} `
    })
    stream.on('data', (piece: Buffer) => {
      text += piece.toString()
      begun.resolve(null)
    })
    stream.on('error', silent)
    stream.on('close', () => over.resolve(Date.now()))
    return { begun: begun.promise, over: over.promise, text: () => text }
  }

  function overMcp(name: string, token: string, era: 'legacy' | 'modern'): Watched {
    let text = ''
    const isModern = era === 'modern'
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': MODERN,
      'io.modelcontextprotocol/clientCapabilities': {},
    }
    const params = { name, arguments: {}, ...(isModern ? { _meta } : {}) }
    const over = fetch(`http://localhost:${plain.port}/mcp`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': isModern ? MODERN : '2025-11-25',
        ...(isModern ? { 'mcp-method': 'tools/call', 'mcp-name': name } : {}),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    }).then(async (response) => {
      text = `${response.status} ${await response.text()}`
      return Date.now()
    })
    return { begun: Promise.resolve(), over, text: () => text }
  }

  async function isOverInTime(watched: Watched, ended: number): Promise<void> {
    const over = await watched.over
    expect(over - ended).toBeLessThanOrEqual(1000)
    expect(watched.text()).not.toContain('late answer')
    expect(watched.text()).not.toContain('body read')
  }

  const lasting: readonly [string, (token: string) => Watched, signal: string][] = [
    ['an SSE reply over HTTP/1', (token) => overHttp1('/sse', token), 'sse'],
    ['a silent SSE reply over HTTP/1', (token) => overHttp1('/silent', token), 'silent'],
    ['a generator over HTTP/1', (token) => overHttp1('/generator', token), 'generator'],
    ['an SSE reply over HTTP/2', (token) => overHttp2('/sse', token), 'sse'],
    ['a silent SSE reply over HTTP/2', (token) => overHttp2('/silent', token), 'silent'],
    ['a generator over HTTP/2', (token) => overHttp2('/generator', token), 'generator'],
  ]
  const waiting: readonly [string, (token: string) => Watched, signal: string][] = [
    ['a late answer over HTTP/1', (token) => overHttp1('/late', token), 'late'],
    ['a late answer over HTTP/2', (token) => overHttp2('/late', token), 'late'],
    ['a body that is sent slowly', (token) => overHttp1('/body', token, { post: 'x' }), 'body'],
    ['a tool of MCP, first era', (token) => overMcp('lasting', token, 'legacy'), 'lasting'],
    ['a tool of MCP, second era', (token) => overMcp('lasting', token, 'modern'), 'lasting'],
    ['a stream of a tool, first era', (token) => overMcp('ticking', token, 'legacy'), 'ticking'],
    ['a stream of a tool, second era', (token) => overMcp('ticking', token, 'modern'), 'ticking'],
  ]

  test.each(lasting)(
    'SES-8: %s ends within a second of its session, ended by another process',
    async (_, open, signal) => {
      const caller = await signedIn()
      const watched = open(caller.token)
      await watched.begun
      // It goes on while nothing ends it.
      await new Promise((resolve) => setTimeout(resolve, 1500))
      const before = aborted.length
      await isOverInTime(watched, await end('end', caller))
      expect(aborted.slice(before)).toEqual([signal])
    },
  )

  test.each(waiting)(
    'SES-8: %s ends within a second of its session, and says no more',
    async (_, open, signal) => {
      const caller = await signedIn()
      const calls = heardOf.length
      const watched = open(caller.token)
      // In its handler, however busy the machine is.
      await vi.waitFor(() => expect(heardOf.length).toBeGreaterThan(calls), { timeout: 20_000 })
      const [before, written] = [aborted.length, wrote.filter((one) => one === 'whole').length]
      await isOverInTime(watched, await end('end', caller))
      expect(watched.text()).toContain('AUTHENTICATION_ERROR')
      expect(aborted.slice(before)).toEqual([signal])
      expect(wrote.filter((one) => one === 'whole').length).toBe(written)
    },
  )

  test.each([['all'], ['epoch'], ['disable'], ['remove']])(
    'SES-8: so it does where all sessions end by %s, and those of others go on',
    async (how) => {
      const [caller, another] = [await signedIn(), await signedIn()]
      const [watched, kept] = [overHttp1('/sse', caller.token), overHttp1('/sse', another.token)]
      await Promise.all([watched.begun, kept.begun])
      await isOverInTime(watched, await end(how, caller))
      const length = kept.text().length
      await new Promise((resolve) => setTimeout(resolve, 800))
      expect(kept.text().length).toBeGreaterThan(length)
      await isOverInTime(kept, await end('end', another))
    },
  )

  test('SES-8: nothing is begun by whoever has kept the end of a body back until the session was over', async () => {
    const caller = await signedIn()
    const json = { post: '{"text":"', type: 'application/json' }
    const watched = overHttp1('/typed', caller.token, json)
    await new Promise((resolve) => setTimeout(resolve, 500))
    await isOverInTime(watched, await end('end', caller))
    expect(watched.text()).toMatch(/^401 .*AUTHENTICATION_ERROR/)
    expect(wrote.some((one) => one.startsWith('x'))).toBe(false)
  })

  test('SES-8: renewing cuts nothing off', async () => {
    const id = await made.addAccount()
    const { http } = testClient(made.app)
    const answer = await http.post('/sign-in', { json: { id } })
    let pair = (await answer.json()) as unknown as Pair
    const watched = overHttp1('/sse', pair.access_token)
    await watched.begun
    for (let turn = 0; turn < 3; turn++) {
      const json = { refresh_token: pair.refresh_token }
      pair = (await (await http.post('/auth/refresh', { json })).json()) as unknown as Pair
    }
    const length = watched.text().length
    await new Promise((resolve) => setTimeout(resolve, 1200))
    expect(watched.text().length).toBeGreaterThan(length)
    const session = pair.access_token.slice(7, 39)
    await isOverInTime(watched, await end('end', { id, session }))
  })
}
