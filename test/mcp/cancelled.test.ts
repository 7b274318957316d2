// MCP: a client calls a request off by a notification of its own, which names no more than an id. The
// clients count their ids from 0, so that of two clients the same id runs at the same time more often than not.
import * as modern from '@modelcontextprotocol/client'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createApp } from 'trefoil'
import { AuthContext, type AuthRequest } from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

interface Call {
  readonly who: string
  readonly signal: AbortSignal
  readonly done: Promise<void>
  finish(): void
}

let server: RunningServer
let calls: Call[]
let arrived: () => void
const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const finished: string[] = []

/** Resolves once so many calls run. */
async function running(count: number): Promise<readonly Call[]> {
  while (calls.length < count) {
    await new Promise<void>((resolve) => {
      arrived = resolve
    })
  }
  return calls
}

beforeEach(async () => {
  calls = []
  finished.length = 0
  arrived = () => {}
  const app = createApp({
    name: 'cancel',
    log,
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: ({ bearer }: AuthRequest) =>
          bearer === null ? null : new AuthContext({ subject: bearer }),
      },
    ],
  })
  app.tool('slow', { description: 'Waits.' }, async (_args, call) => {
    let finish = () => {}
    const done = new Promise<void>((resolve) => {
      finish = resolve
    })
    calls.push({ who: call.auth?.subject ?? '', signal: call.signal, done, finish })
    arrived()
    await Promise.race([
      done,
      new Promise((resolve) => call.signal.addEventListener('abort', resolve, { once: true })),
    ])
    finished.push(call.signal.aborted ? 'called off' : 'done')
    return 'slow'
  })
  server = await serve(app, { port: 0, signals: false })
})

afterEach(async () => {
  for (const { finish } of calls) finish()
  await server.close()
})

async function older(token: string): Promise<OlderClient> {
  const client = new OlderClient({ name: 'a', version: '1' })
  const requestInit = { headers: { authorization: `Bearer ${token}` } }
  await client.connect(new OlderTransport(new URL(`${server.url}/mcp`), { requestInit }))
  return client
}

function send(
  message: object,
  {
    token = 'ann',
    agent = 'one',
    url = server.url,
  }: { readonly token?: string | null; readonly agent?: string; readonly url?: string } = {},
): Promise<Response> {
  return fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      ...(token !== null && { authorization: `Bearer ${token}` }),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'user-agent': agent,
    },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  })
}
const slow = (id: unknown) => ({ id, method: 'tools/call', params: { name: 'slow' } })
const cancelled = (requestId: unknown) => ({
  method: 'notifications/cancelled',
  params: { requestId },
})

describe('the official clients', () => {
  it('sdk 1.32 calls a tool off', async () => {
    const client = await older('ann')
    const leave = new AbortController()
    const answer = client.callTool({ name: 'slow' }, undefined, { signal: leave.signal })
    const [call] = await running(1)
    leave.abort('enough')
    await expect(answer).rejects.toThrow()
    await aborted(call)
    await client.close()
  })

  it.each([
    ['2.4, by default', {}],
    ['2.4, 2026-07-28', { versionNegotiation: { mode: { pin: '2026-07-28' } } }],
  ] as const)('client %s calls a tool off', async (_, options) => {
    const client = new modern.Client({ name: 'a', version: '1' }, options)
    const requestInit = { headers: { authorization: 'Bearer ann' } }
    await client.connect(
      new modern.StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit }),
    )
    const leave = new AbortController()
    const answer = client.callTool({ name: 'slow' }, { signal: leave.signal })
    const [call] = await running(1)
    leave.abort('enough')
    await expect(answer).rejects.toThrow()
    await aborted(call)
    await client.close()
  })
})

describe('whose request an id is', () => {
  it('is told by the caller: nobody calls off what another does', async () => {
    const answer = send(slow(1), { token: 'ann' })
    const [call] = await running(1)
    expect((await send(cancelled(1), { token: 'eve' })).status).toBe(202)
    expect((await send(cancelled(1), { token: 'ann' })).status).toBe(202)
    await aborted(call)
    const { error } = await (await answer).json()
    expect(error.data).toMatchObject({ problem: 'client_disconnected', started: true })
    expect(finished).toEqual(['called off'])
  })

  it('of two that run under one id only the own one ends', async () => {
    const theirs = send(slow(1), { token: 'bob' })
    await running(1)
    const mine = send(slow(1), { token: 'ann' })
    const [bobs, anns] = await running(2)
    await send(cancelled(1), { token: 'ann' })
    await aborted(anns)
    expect(bobs?.signal.aborted).toBe(false)
    bobs?.finish()
    await mine
    expect((await (await theirs).json()).result.content[0].text).toContain('slow')
  })

  it('of two clients of one caller the one that sent the notification', async () => {
    const first = send(slow(1), { agent: 'desktop' })
    await running(1)
    const second = send(slow(1), { agent: 'editor' })
    const [desktop, editor] = await running(2)
    await send(cancelled(1), { agent: 'editor' })
    await aborted(editor)
    expect(desktop?.signal.aborted).toBe(false)
    desktop?.finish()
    await Promise.all([first, second])
  })

  it('is nobody’s where nothing tells two apart', async () => {
    const answers = [send(slow(1)), send(slow(1))]
    const both = await running(2)
    await send(cancelled(1))
    expect(both.map(({ signal }) => signal.aborted)).toEqual([false, false])
    for (const { finish } of both) finish()
    await Promise.all(answers)
    expect(finished).toEqual(['done', 'done'])
  })

  it('is nobody’s where all who call are strangers: behind one proxy they have one address', async () => {
    const app = createApp({ name: 'open', log, publicSurfaces: ['mcp'] })
    const signals: AbortSignal[] = []
    let begun = () => {}
    const isRunning = new Promise<void>((resolve) => {
      begun = resolve
    })
    let finish = () => {}
    const done = new Promise<void>((resolve) => {
      finish = resolve
    })
    app.tool('slow', { description: 'Waits.' }, async (_args, call) => {
      signals.push(call.signal)
      begun()
      await done
      return 'done'
    })
    const open = await serve(app, { port: 0, signals: false })
    try {
      const victim = send(slow(0), { token: null, url: open.url })
      await isRunning
      expect((await send(cancelled(0), { token: null, url: open.url })).status).toBe(202)
      expect(signals[0]?.aborted).toBe(false)
      finish()
      expect(await (await victim).text()).toContain('done')
    } finally {
      finish()
      await open.close()
    }
  })

  it('goes by its type as well: 1 is not "1"', async () => {
    const answer = send(slow(1))
    const [call] = await running(1)
    for (const id of ['1', null, true, [1], { id: 1 }, 1.5, '__proto__']) {
      expect((await send(cancelled(id))).status).toBe(202)
    }
    expect(call?.signal.aborted).toBe(false)
    call?.finish()
    await answer
  })

  it('is over with the answer: what comes too late meets nothing', async () => {
    const first = send(slow(1))
    const [call] = await running(1)
    call?.finish()
    await (await first).text()
    expect((await send(cancelled(1))).status).toBe(202)
    const next = send(slow(1))
    const [, again] = await running(2)
    expect(again?.signal.aborted).toBe(false)
    again?.finish()
    await next
  })
})

/** Resolves once it is; a test that waits in vain says so by its time. */
async function aborted(call: Call | undefined): Promise<void> {
  if (call === undefined) throw new Error('no call')
  if (call.signal.aborted) return
  await new Promise((resolve) => call.signal.addEventListener('abort', resolve, { once: true }))
}
