// W-31c: what a client that waits hears of a call's progress, and that everything else stays as it was.
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect, constants } from 'node:http2'
import { type Call, type CallRecord, createApp, HttpError } from 'trefoil'
import { AuthContext, type AuthRequest, guard, hasScope } from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { selfSigned } from '../http/self-signed.ts'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const PUBLIC = ['api', 'mcp', 'cli'] as const
const ERAS = ['legacy', 'modern'] as const
const META = { progressToken: 'p' }
const turn = () => new Promise((resolve) => setImmediate(resolve))

type Handler = (args: object, call: Call) => unknown

function open(handler: Handler, options: object = {}, app: object = {}) {
  const records: CallRecord[] = []
  const made = createApp({
    name: 'progress',
    publicSurfaces: PUBLIC,
    ...app,
    log: { ...log, onCall: (record) => void records.push(record) },
  })
  const shared = { name: 'act', description: 'Acts.', tool: true, cli: true, ...options } as const
  made.post('/act', shared, handler as () => never)
  return { app: made, client: testClient(made), records }
}

const steps: Handler = async (_args, call) => {
  for (let done = 1; done <= 3; done++) {
    call.progress(done, 3, `row ${done}`)
    await turn()
    await turn()
  }
  return { done: true }
}

/** What notifications said, in their order. */
const saidIn = (notifications: readonly Readonly<Record<string, unknown>>[]) =>
  notifications.map(({ method, params }) => {
    expect(method).toBe('notifications/progress')
    return params
  })

describe.each(ERAS)('W-31c: progress in the %s era', (era) => {
  it('arrives in front of the result, for a client that named a token', async () => {
    const { client, records } = open(steps)
    const answer = await client.mcp.callTool('act', {}, { era, meta: META })
    expect(answer.response.headers.get('content-type')).toBe('text/event-stream')
    expect(answer.response.headers.get('x-accel-buffering')).toBe('no')
    expect(answer.response.headers.get('cache-control')).toBe('no-store')
    const said = saidIn(answer.notifications)
    expect(said[0]).toEqual({ progressToken: 'p', progress: 1, total: 3, message: 'row 1' })
    expect(said.at(-1)).toEqual({ progressToken: 'p', progress: 3, total: 3, message: 'row 3' })
    expect(answer.isSuccess).toBe(true)
    expect(answer.text).toBe('{"done":true}')
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({ outcome: 'ok', action: 'act', surface: 'mcp' })
    expect(records[0]?.bytes).toBe(answer.response.bytes.byteLength)
  })

  it.each([
    ['no token', {}, undefined],
    ['null for a token', { meta: { progressToken: null } }, undefined],
    ['all types', { meta: META }, '*/*'],
    ['JSON alone', { meta: META }, 'application/json'],
    ['events weighed to nothing', { meta: META }, 'text/event-stream;q=0, application/json'],
  ])('%s: one document', async (_, options, accept) => {
    const { client } = open(steps)
    const headers = accept === undefined ? {} : { headers: { accept } }
    const answer = await client.mcp.callTool('act', {}, { era, ...options, ...headers })
    expect(answer.response.headers.get('content-type')).toBe('application/json')
    expect(answer.text).toBe('{"done":true}')
  })

  it('a tool that reports nothing answers with one document', async () => {
    const { client } = open(async () => {
      await turn()
      return 'x'
    })
    const answer = await client.mcp.callTool('act', {}, { era, meta: META })
    expect(answer.response.headers.get('content-type')).toBe('application/json')
  })

  it.each(['', 0, -7, 'a\r\n\r\ndata: {}', 'é'.repeat(1024)])(
    'the token %j comes back as it was',
    async (progressToken) => {
      const { client } = open(steps)
      const answer = await client.mcp.callTool('act', {}, { era, meta: { progressToken } })
      for (const params of saidIn(answer.notifications))
        expect(params).toMatchObject({ progressToken })
      expect(answer.notifications.length).toBeGreaterThan(0)
    },
  )

  it.each([{}, [], true, 1.5, 'x'.repeat(1025)])(
    'MCP-11: the token %j is refused, and nothing runs',
    async (progressToken) => {
      let calls = 0
      const { client } = open(() => ++calls)
      const answer = await client.mcp.callTool('act', {}, { era, meta: { progressToken } })
      expect(answer.error?.code).toBe(-32602)
      expect(calls).toBe(0)
    },
  )

  it('an error after it is the result, an unexpected one masked', async () => {
    const failing = (error: () => Error) =>
      open(async (_args, call) => {
        call.progress(1)
        await turn()
        throw error()
      }).client.mcp.callTool('act', {}, { era, meta: META })
    const known = await failing(() => new HttpError(409, 'Sold out'))
    expect(known.notifications).toHaveLength(1)
    expect(known.problem?.['message']).toBe('Sold out')
    const unknown = await failing(() => new Error('s3cret'))
    expect(unknown.problem?.['code']).toBe('INTERNAL_ERROR')
    expect(unknown.response.text).not.toContain('s3cret')
  })

  it('FND-16: the deadline ends a stream as it ends a document', async () => {
    const { client, records } = open(
      async (_args, call) => {
        call.progress(1)
        await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
        call.progress(2)
      },
      { timeout: '30ms' },
    )
    const answer = await client.mcp.callTool('act', {}, { era, meta: META })
    expect(saidIn(answer.notifications)).toEqual([{ progressToken: 'p', progress: 1 }])
    expect(answer.problem?.['code']).toBe('TIMEOUT')
    expect(records).toHaveLength(1)
    expect(records[0]).toMatchObject({ problem: 'TIMEOUT' })
  })

  it('MCP-14: a result that is too large is said to be, at the end of the stream', async () => {
    const { client } = open(
      async (_args, call) => {
        call.progress(1)
        await turn()
        return 'x'.repeat(2000)
      },
      {},
      { mcp: { maxResponseSize: '1kb' } },
    )
    const answer = await client.mcp.callTool('act', {}, { era, meta: META })
    expect(answer.problem?.['code']).toBe('response_too_large')
  })

  it('P-MW-1: middleware sees one call, and may report too', async () => {
    const seen: string[] = []
    const { app, client } = open(steps)
    app.use(async (call, next) => {
      seen.push(call.callId)
      call.progress(0.5)
      await turn()
      return next()
    })
    const answer = await client.mcp.callTool('act', {}, { era, meta: META })
    expect(seen).toHaveLength(1)
    expect(saidIn(answer.notifications)[0]).toMatchObject({ progress: 0.5 })
  })

  it('a generator is read to its end, and may report as it goes', async () => {
    const { client } = open((_args, call) => {
      async function* pieces() {
        call.progress(1)
        yield 'a'
        await turn()
        call.progress(2)
        yield 'b'
      }
      return pieces()
    })
    const answer = await client.mcp.callTool('act', {}, { era, meta: META })
    expect(answer.text).toBe('ab')
    expect(saidIn(answer.notifications).at(-1)).toMatchObject({ progress: 2 })
  })

  it('RPC-7: a dry run reports nothing', async () => {
    const { client } = open(steps)
    const answer = await client.mcp.callTool('act', {}, { era, meta: META, dryRun: true })
    expect(answer.notifications).toEqual([])
    expect(JSON.parse(answer.text)).toMatchObject({ dry_run: true })
  })
})

describe('who may not call is told in words of HTTP', () => {
  const auth = [
    {
      surfaces: PUBLIC,
      authenticate: ({ bearer }: AuthRequest) =>
        bearer === null ? null : new AuthContext({ subject: bearer, scopes: ['read'] }),
    },
  ]
  const early = guard({
    name: 'early',
    check: (_auth, call) => {
      call.progress(1, 2)
      return true
    },
  })

  it.each(ERAS)('PW-20: a scope is asked for by 403, whatever guards report (%s)', async (era) => {
    const { client } = open(
      steps,
      { guards: [early, hasScope('write')] },
      { auth, publicSurfaces: [] },
    )
    const answer = await client.mcp.callTool('act', {}, { era, meta: META, token: 'ann' })
    expect(answer.status).toBe(403)
    expect(answer.response.headers.get('www-authenticate')).toContain('scope="write"')
    const stranger = await client.mcp.callTool('act', {}, { era, meta: META })
    expect(stranger.status).toBe(401)
  })

  it.each(ERAS)(
    'one that is found missing after the answer began is told in the result (%s)',
    async (era) => {
      const { client } = open(
        async (_args, call) => {
          call.progress(1)
          await call.authorize(hasScope('write'))
        },
        {},
        { auth, publicSurfaces: [] },
      )
      const answer = await client.mcp.callTool('act', {}, { era, meta: META, token: 'ann' })
      expect(answer.status).toBe(200)
      expect(answer.problem?.['code']).toBe('ACCESS_DENIED')
      expect(answer.message).toMatchObject({ jsonrpc: '2.0', id: 1 })
    },
  )
})

describe('where nobody waits for it', () => {
  it('HTTP and the CLI from afar answer as ever', async () => {
    const { client } = open(steps)
    expect((await client.http.post('/act', { json: {} })).text).toBe('{"done":true}')
    expect(await client.cli.call('act', {})).toMatchObject({ ok: true, body: { done: true } })
  })

  it('the CLI in this process is told each', async () => {
    const { app } = open(steps)
    await app.startup({ announce: false })
    const seen: unknown[] = []
    const actions = app.localActions({
      onProgress: (progress) => {
        seen.push(progress)
        throw new Error('of the terminal')
      },
    })
    expect(await actions.call({ action: 'act' })).toMatchObject({ ok: true })
    expect(seen[2]).toEqual({ done: 3, total: 3, message: 'row 3' })
    expect(() => app.localActions({ onProgress: 'no' as never })).toThrow(
      'onProgress must be a function',
    )
    await app.shutdown()
  })

  it('after the end it does nothing', async () => {
    let late: Call | null = null
    const { client } = open((_args, call) => {
      late = call
      return 'x'
    })
    await client.mcp.callTool('act', {}, { meta: META })
    expect(() => late?.progress(1)).not.toThrow()
  })

  it.each<[string, unknown[], string]>([
    ['no number', ['1'], 'call.progress(): done must be a number, got text of 1 character'],
    ['NaN', [Number.NaN], 'done must be a number, got NaN'],
    ['no end', [1, Number.POSITIVE_INFINITY], 'total must be a number, got Infinity'],
    ['a message that is an object', [1, 2, { s3cret: 1 }], 'message must be text, got an object'],
  ])('FND-13: %s is refused on every surface', async (_, args, message) => {
    let thrown: unknown
    const { client } = open((_args, call) => {
      try {
        ;(call.progress as (...given: unknown[]) => void)(...args)
      } catch (error) {
        thrown = error
      }
      return 'x'
    })
    for (const ask of [
      () => client.http.post('/act', { json: {} }),
      () => client.mcp.callTool('act', {}),
    ]) {
      thrown = undefined
      await ask()
      expect(String(thrown)).toContain(message)
    }
  })

  it('a long message is cut, and not through a character', async () => {
    const { client } = open(async (_args, call) => {
      call.progress(1, null, `${'x'.repeat(998)}🍀🍀`)
      await turn()
    })
    const { notifications } = await client.mcp.callTool('act', {}, { meta: META })
    expect(saidIn(notifications)[0]).toMatchObject({ message: `${'x'.repeat(998)}…` })
  })
})

describe('over a connection', () => {
  let server: RunningServer | null = null
  afterEach(async () => {
    await server?.close()
    server = null
  })

  const VERSION = 'io.modelcontextprotocol/protocolVersion'
  const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities'
  const message = (era: 'legacy' | 'modern', id = 1) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {
      name: 'act',
      _meta: { ...META, ...(era === 'modern' && { [VERSION]: '2026-07-28', [CAPABILITIES]: {} }) },
    },
  })
  const headersOf = (era: 'legacy' | 'modern') => ({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': era === 'modern' ? '2026-07-28' : '2025-11-25',
    'mcp-method': 'tools/call',
    'mcp-name': 'act',
  })

  /** A call that reports once, and then waits until it is told to go on, or aborted. */
  function waiting(options: object = {}) {
    const state = { aborted: false, ended: false }
    let finish = () => {}
    const finished = new Promise<void>((resolve) => {
      finish = resolve
    })
    let settle = () => {}
    const settled = new Promise<void>((resolve) => {
      settle = resolve
    })
    const made = open(
      async (_args, call) => {
        call.progress(1)
        const left = new Promise<void>((resolve) => {
          call.signal.addEventListener('abort', () => {
            state.aborted = true
            resolve()
          })
        })
        await Promise.race([finished, left])
        state.ended = true
        settle()
        return 'x'
      },
      {},
      options,
    )
    return { ...made, state, finish, settled }
  }

  it.each(ERAS)(
    'the first is there before the call ends; whoever leaves aborts it (%s)',
    async (era) => {
      const { app, state, settled, records } = waiting()
      server = await serve(app, { port: 0, signals: false })
      const leave = new AbortController()
      const response = await fetch(`${server.url}/mcp`, {
        method: 'POST',
        headers: headersOf(era),
        body: JSON.stringify(message(era)),
        signal: leave.signal,
      })
      const reader = response.body?.getReader()
      const first = await reader?.read()
      expect(new TextDecoder().decode(first?.value)).toContain('"progress":1')
      expect(state).toEqual({ aborted: false, ended: false })
      leave.abort()
      await settled
      expect(state.aborted).toBe(true)
      while (records.length === 0) await turn()
      expect(records).toHaveLength(1)
      // Called off in the modern era; in the other the call was done, and nobody read of it.
      expect(records[0]).toMatchObject({ outcome: 'aborted', action: 'act' })
    },
  )

  it('a notification calls off what streams, too', async () => {
    const { app, state } = waiting({
      publicSurfaces: ['api', 'cli'],
      auth: [
        {
          surfaces: ['mcp'],
          authenticate: ({ bearer }: AuthRequest) =>
            bearer === null ? null : new AuthContext({ subject: bearer }),
        },
      ],
    })
    server = await serve(app, { port: 0, signals: false })
    const headers = { ...headersOf('legacy'), authorization: 'Bearer ann' }
    const post = (body: object, more: object = {}) =>
      fetch(`${server?.url}/mcp`, {
        method: 'POST',
        headers: { ...headers, ...more },
        body: JSON.stringify(body),
      })
    const response = await post(message('legacy', 77))
    const note = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 77 } }
    const { 'mcp-name': _name, ...bare } = headers
    const told = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: { ...bare, 'mcp-method': 'notifications/cancelled' },
      body: JSON.stringify(note),
    })
    expect(told.status).toBe(202)
    const text = await response.text()
    expect(state.aborted).toBe(true)
    expect(text).toContain('client_disconnected')
  })

  it('HTTP/2 carries it, and a stream that is reset aborts the call', async () => {
    const { app, state, finish, settled, records } = waiting()
    server = await serve(app, { port: 0, signals: false, tls: selfSigned() })
    const session = connect(server.url.replace('127.0.0.1', 'localhost'), {
      rejectUnauthorized: false,
    })
    const ask = () => {
      const stream = session.request({
        ':method': 'POST',
        ':path': '/mcp',
        ...headersOf('modern'),
      })
      stream.end(JSON.stringify(message('modern')))
      return stream
    }
    const left = ask()
    const [piece] = await once(left, 'data')
    expect(String(piece)).toContain('"progress":1')
    left.close(constants.NGHTTP2_CANCEL)
    await settled
    expect(state.aborted).toBe(true)
    finish()
    const whole = ask()
    let text = ''
    for await (const part of whole) text += part
    expect(text).toMatch(/"progress":1.*"resultType":"complete"/s)
    session.close()
    while (records.length < 2) await turn()
    expect(records.map(({ outcome }) => outcome).sort()).toEqual(['aborted', 'ok'])
  })

  it('HEAD is no call', async () => {
    const { app } = open(steps)
    server = await serve(app, { port: 0, signals: false })
    const head = await fetch(`${server.url}/mcp`, { method: 'HEAD', headers: headersOf('modern') })
    expect(head.status).toBe(405)
  })

  it('a stopping server ends it, and its client sees no whole answer', async () => {
    const { app, settled } = waiting()
    server = await serve(app, { port: 0, signals: false, drainTimeout: '50ms' })
    const request = httpRequest(`${server.url}/mcp`, {
      method: 'POST',
      headers: headersOf('legacy'),
    })
    request.end(JSON.stringify(message('legacy')))
    const [response] = await once(request, 'response')
    let text = ''
    const over = new Promise<boolean>((resolve) => {
      response.on('data', (piece: Buffer) => {
        text += piece
      })
      response.on('end', () => resolve(true))
      response.on('error', () => resolve(false))
    })
    await server.close()
    server = null
    await settled
    const isWhole = await over
    expect(isWhole && text.includes('"result":{"content"')).toBe(false)
  })
})
