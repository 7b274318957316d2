import { ask, type Clock, createApp, dependency, HttpError } from 'trefoil'
import { AuthContext, type Identity, inputGuard, keyRing } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { accept, askMcp, FORMS, type Sent } from './asking-peer.ts'

const SURE = z.object({ ok: z.boolean() })
const KEYS = keyRing('the key of the questions, 32 bytes and more')

class HandClock implements Clock {
  ms = Date.parse('2026-12-01T00:00:00Z')
  now = () => this.ms
  elapsed = () => this.ms
}

/** Refunds an order once its caller is sure. */
function shop(options: Parameters<typeof createApp>[0] = {}) {
  const runs: string[] = []
  const records: { problem: string | null; outcome: string; hash: string | null }[] = []
  const app = createApp({
    env: {},
    publicSurfaces: ['api', 'cli', 'mcp'],
    asking: { keys: KEYS },
    log: {
      logger: { debug() {}, info() {}, warn() {}, error() {} },
      onCall: ({ problem, outcome, argumentsHash: hash }) =>
        void records.push({ problem, outcome, hash }),
    },
    ...options,
  })
  app.post(
    '/refunds/{id}',
    {
      name: 'refund',
      description: 'Refunds an order.',
      tool: true,
      cli: true,
      asks: true,
      params: { id: z.string() },
    },
    async ({ id }, call) => {
      const { sure } = await call.ask({ sure: ask.form(`Refund ${id}?`, SURE) })
      runs.push(id)
      if (sure.action !== 'accept' || !sure.value.ok)
        throw new HttpError(409, `Not refunded: ${sure.action}`)
      return { refunded: id }
    },
  )
  return { app, runs, records }
}
const REFUND = { name: 'refund', arguments: { id: '7' } }
const YES = { sure: accept({ ok: true }) }

describe('MCP 1.6: a call that asks', () => {
  test('ends with its questions, and runs again with the answers', async () => {
    const { app, runs, records } = shop()
    await using client = testClient(app)
    const asked = await askMcp(client.http, REFUND)
    expect(asked.status).toBe(200)
    expect(asked.result).toMatchObject({
      resultType: 'input_required',
      inputRequests: {
        sure: {
          method: 'elicitation/create',
          params: {
            mode: 'form',
            message: 'Refund 7?',
            requestedSchema: {
              type: 'object',
              properties: { ok: { type: 'boolean' } },
              required: ['ok'],
            },
          },
        },
      },
      requestState: expect.stringMatching(/^[\w-]{50,}$/),
    })
    expect(runs).toEqual([])
    const done = await askMcp(client.http, REFUND, { answers: YES, state: asked.state })
    expect(done.result).toMatchObject({ resultType: 'complete', isError: false })
    expect(JSON.parse(done.text)).toEqual({ refunded: '7' })
    expect(runs).toEqual(['7'])
    // Each round is a record, and the hash of the arguments tells that they are of one call.
    expect(records).toMatchObject([
      { problem: 'input_required', outcome: 'refused' },
      { problem: null, outcome: 'ok' },
    ])
    expect(records[0]?.hash).toBe(records[1]?.hash)
    expect(records[0]?.hash).toMatch(/^sha256:/)
  })

  test.each([
    ['decline', { action: 'decline' }],
    ['cancel', { action: 'cancel' }],
    ['accept', accept({ ok: false })],
  ])('%s is an answer', async (action, sure) => {
    const { app, runs } = shop()
    await using client = testClient(app)
    const { state } = await askMcp(client.http, REFUND)
    const told = await askMcp(client.http, REFUND, { answers: { sure }, state })
    expect(told.result['isError']).toBe(true)
    expect(told.text).toContain(`Not refunded: ${action}`)
    expect(runs).toEqual(['7'])
  })

  test.each([
    ['nothing', {}],
    ['another key', { other: accept({ ok: true }) }],
    ['a number', { sure: 5 }],
    ['null', { sure: null }],
    ['no action', { sure: { content: { ok: true } } }],
    ['an action that there is not', { sure: { action: 'approve', content: { ok: true } } }],
    ['no content', { sure: { action: 'accept' } }],
    ['content of another type', { sure: accept({ ok: 'yes' }) }],
    ['a list', { sure: accept([true]) }],
  ])('is asked again where the answer is %s', async (_, answers) => {
    const { app, runs } = shop()
    await using client = testClient(app)
    const { state } = await askMcp(client.http, REFUND)
    const again = await askMcp(client.http, REFUND, { answers, state })
    expect(again.result['resultType']).toBe('input_required')
    expect(runs).toEqual([])
    const done = await askMcp(client.http, REFUND, { answers: YES, state: again.state })
    expect(done.result['isError']).toBe(false)
  })

  test('says what was wrong with an answer', async () => {
    const { app } = shop()
    await using client = testClient(app)
    const { state } = await askMcp(client.http, REFUND)
    const again = await askMcp(client.http, REFUND, { answers: { sure: accept({}) }, state })
    expect(again.asked['sure']?.params['message']).toMatch(/^Refund 7\?\n\n\(.+\)$/)
  })
})

describe('mcp-plan 0.6: what a client keeps between two rounds', () => {
  const bearer = {
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: ({ bearer: subject }: { bearer: string | null }) =>
          subject === null
            ? null
            : new AuthContext({ subject, tenant: subject.startsWith('t2') ? 't2' : null }),
      },
    ],
    publicSurfaces: ['api', 'cli'],
  } as const
  const flipped = (state: string) =>
    `${state.slice(0, 20)}${state[20] === 'A' ? 'B' : 'A'}${state.slice(21)}`

  test.each<[string, (state: string) => Sent & { readonly target?: object }]>([
    ['one bit of it is another', (state) => ({ state: flipped(state) })],
    ['it is cut', (state) => ({ state: state.slice(0, -1) })],
    ['it is longer', (state) => ({ state: `${state}A` })],
    ['it is empty', () => ({ state: '' })],
    ['it is made up', () => ({ state: 'eyJ1bnRpbCI6OTl9' })],
    ['somebody else sends it', (state) => ({ state, token: 'bob' })],
    [
      'it comes with other arguments',
      (state) => ({ state, target: { name: 'refund', arguments: { id: '8' } } }),
    ],
    [
      'it comes to another tool',
      (state) => ({ state, target: { name: 'other', arguments: { id: '7' } } }),
    ],
  ])('nothing runs where %s', async (_, change) => {
    const { app, runs, records } = shop(bearer)
    app.tool(
      'other',
      { description: 'Asks the same.', params: { id: z.string() } },
      async ({ id }, call) => {
        await call.ask({ sure: ask.form(`Refund ${id}?`, SURE) })
        runs.push('other')
      },
    )
    await using client = testClient(app)
    const { state } = await askMcp(client.http, REFUND, { token: 'ann' })
    const { target = REFUND, ...sent } = change(state)
    const told = await askMcp(client.http, target as typeof REFUND, {
      token: 'ann',
      answers: YES,
      ...sent,
    })
    expect(told.error).toMatchObject({ code: -32602, data: { problem: 'invalid_request_state' } })
    expect(told.status).toBe(200)
    expect(runs).toEqual([])
    expect(records.at(-1)).toMatchObject({ problem: 'invalid_request_state', outcome: 'refused' })
  })

  test.each([['tools/list'], ['resources/list'], ['prompts/list'], ['completion/complete']])(
    'is none of %s',
    async (method) => {
      const { app } = shop()
      await using client = testClient(app)
      const { state } = await askMcp(client.http, REFUND)
      const told = await askMcp(client.http, {}, { method, state })
      expect(told.error.code).toBe(-32602)
    },
  )

  test.each<[string, Partial<Identity>]>([
    ['of another tenant', { tenant: 't2' }],
    ['of another issuer', { issuer: 'https://other.example' }],
    ['of another kind', { kind: 'agent' }],
    ['whom somebody acts for', { actor: [{ subject: 'bot' }] }],
    ['whom somebody else acts for', { actor: [{ subject: 'mallory' }, { subject: 'bot' }] }],
  ])('is none of a caller of one name %s', async (_, change) => {
    const ann: Identity = { subject: 'ann', tenant: 't1', issuer: 'i', kind: 'person' }
    const callers: Record<string, Identity> = { ann, other: { ...ann, ...change } }
    const { app, runs } = shop({
      publicSurfaces: ['api', 'cli'],
      auth: [
        {
          surfaces: ['mcp'],
          authenticate: ({ bearer }: { bearer: string | null }) => {
            const caller = callers[bearer ?? '']
            return caller === undefined ? null : new AuthContext(caller)
          },
        },
      ],
    })
    await using client = testClient(app)
    for (const [asks, answers] of [
      ['ann', 'other'],
      ['other', 'ann'],
    ]) {
      const { state } = await askMcp(client.http, REFUND, { token: `${asks}` })
      const told = await askMcp(client.http, REFUND, { token: `${answers}`, answers: YES, state })
      expect(told.error.code).toBe(-32602)
      expect(runs).toEqual([])
    }
  })

  test('is none of another surface, nor of an app of another name with the same keys', async () => {
    const { app, runs } = shop()
    const other = shop({ name: 'other' })
    await using client = testClient(app)
    await using stranger = testClient(other.app)
    const { state } = await askMcp(client.http, REFUND)
    const headers = { 'request-state': state, 'request-answers': JSON.stringify(YES) }
    expect((await client.http.post('/refunds/7', { headers })).json()).toMatchObject({
      code: 'invalid_request_state',
    })
    const told = await askMcp(stranger.http, REFUND, { answers: YES, state })
    expect(told.error.code).toBe(-32602)
    expect([runs, other.runs]).toEqual([[], []])
  })

  test('is worth nothing after its lifetime', async () => {
    const clock = new HandClock()
    const { app, runs } = shop({ clock, asking: { keys: KEYS, lifetime: '1m' } })
    await using client = testClient(app)
    const { state } = await askMcp(client.http, REFUND)
    clock.ms += 59_999
    expect((await askMcp(client.http, REFUND, { answers: YES, state })).text).toContain('refunded')
    clock.ms += 1
    const late = await askMcp(client.http, REFUND, { answers: YES, state })
    expect(late.error.code).toBe(-32602)
    expect(runs).toEqual(['7'])
  })

  test('is read by every process that has the keys, older keys included, and by no other', async () => {
    const { app } = shop()
    const rotated = shop({
      asking: { keys: keyRing('another key of the questions, 32 bytes', [KEYS.current]) },
    })
    const stranger = shop({
      asking: { keys: keyRing('a third key of the questions, 32 bytes and') },
    })
    const alone = shop({ asking: {} })
    await using client = testClient(app)
    const { state } = await askMcp(client.http, REFUND)
    for (const [{ app: one }, isRead] of [
      [shop(), true],
      [rotated, true],
      [stranger, false],
      [alone, false],
    ] as const) {
      await using peer = testClient(one)
      const told = await askMcp(peer.http, REFUND, { answers: YES, state })
      expect(told.error.code).toBe(isRead ? 0 : -32602)
    }
  })

  test('holds no answer to another question under the same key', async () => {
    let price = 5
    const app = createApp({ env: {}, publicSurfaces: ['mcp'], asking: { keys: KEYS } })
    app.tool('pay', { description: 'Pays.' }, async (_args, call) => {
      const asked = price
      const { sure } = await call.ask({ sure: ask.form(`Pay ${asked}?`, SURE) })
      return `paid ${asked}: ${sure.action}`
    })
    await using client = testClient(app)
    const { state } = await askMcp(client.http, { name: 'pay', arguments: {} })
    price = 5000
    const again = await askMcp(client.http, { name: 'pay', arguments: {} }, { answers: YES, state })
    expect(again.asked['sure']?.params['message']).toBe('Pay 5000?')
    const done = await askMcp(
      client.http,
      { name: 'pay', arguments: {} },
      { answers: YES, state: again.state },
    )
    expect(done.text).toBe('paid 5000: accept')
  })

  test('is used up at the first use where answers count once', async () => {
    const runs: unknown[] = []
    const app = createApp({ env: {}, publicSurfaces: ['mcp'], asking: { keys: KEYS } })
    app.tool('once', { description: 'Runs once.' }, async (_args, call) => {
      const { first } = await call.ask({ first: ask.form('First?', SURE) }, { once: true })
      const { second } = await call.ask({ second: ask.form('Second?', SURE) }, { once: true })
      runs.push([first, second])
      return 'done'
    })
    const target = { name: 'once', arguments: {} }
    await using client = testClient(app)
    // Without a state nothing could be told apart: it is asked.
    const { state, asked } = await askMcp(client.http, target, {
      answers: { first: accept({ ok: true }) },
    })
    expect(Object.keys(asked)).toEqual(['first'])
    const next = await askMcp(client.http, target, {
      answers: { first: accept({ ok: true }) },
      state,
    })
    expect(Object.keys(next.asked)).toEqual(['second'])
    const replayed = await askMcp(client.http, target, {
      answers: { first: accept({ ok: true }) },
      state,
    })
    expect(replayed.error.code).toBe(-32602)
    const answers = { second: accept({ ok: true }) }
    const both = await Promise.all(
      [1, 2, 3].map(() => askMcp(client.http, target, { answers, state: next.state })),
    )
    expect(both.filter(({ text }) => text === 'done')).toHaveLength(1)
    expect(both.filter(({ error }) => error.code === -32602)).toHaveLength(2)
    expect(runs).toHaveLength(1)
  })
})

describe('a run that has asked is no success, whatever its code makes of it', () => {
  const QUESTION = () => ({ sure: ask.form('Sure?', SURE) })
  const ways: Record<string, (app: ReturnType<typeof createApp>) => void> = {
    'a handler catches it': (app) =>
      app.tool('t', { description: 'T.' }, async (_args, call) => {
        try {
          await call.ask(QUESTION())
        } catch {}
        return 'done'
      }),
    'a handler throws something else': (app) =>
      app.tool('t', { description: 'T.' }, async (_args, call) => {
        await call.ask(QUESTION()).catch(() => {
          throw new Error('odd')
        })
        return 'done'
      }),
    'a handler does not wait': (app) =>
      app.tool('t', { description: 'T.' }, async (_args, call) => {
        void call.ask(QUESTION())
        return 'done'
      }),
    'a middleware catches it': (app) =>
      app.tool(
        't',
        { description: 'T.', middleware: [async (_call, next) => next().catch(() => 'done')] },
        async (_args, call) => {
          await call.ask(QUESTION())
          return 'done'
        },
      ),
    'an error handler answers it': (app) =>
      app.tool(
        't',
        { description: 'T.', errorHandlers: [{ type: Error, handle: () => 'done' }] },
        async (_args, call) => {
          await call.ask(QUESTION())
          return 'done'
        },
      ),
    'two are asked at once': (app) =>
      app.tool('t', { description: 'T.' }, async (_args, call) => {
        await Promise.all([call.ask(QUESTION()), call.ask({ more: ask.form('More?', SURE) })])
        return 'done'
      }),
  }
  test.each(Object.keys(ways))('%s', async (way) => {
    const app = createApp({
      env: {},
      publicSurfaces: ['mcp'],
      log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    })
    ways[way]?.(app)
    await using client = testClient(app)
    const told = await askMcp(client.http, { name: 't', arguments: {} })
    expect(told.result['resultType']).toBe('input_required')
    const answers = { sure: accept({ ok: true }), more: accept({ ok: true }) }
    const done = await askMcp(
      client.http,
      { name: 't', arguments: {} },
      { answers, state: told.state },
    )
    expect(done.text).toBe('done')
  })
})

test('decision 5: what ends with the handler is taken back where it catches its question', async () => {
  const ends: string[] = []
  const unit = dependency(
    async function* () {
      try {
        yield 'unit'
        ends.push('kept')
      } catch (error) {
        ends.push('taken back')
        throw error
      }
    },
    { scope: 'function' },
  )
  const app = createApp({ env: {}, publicSurfaces: ['mcp'] })
  app.tool('t', { description: 'T.', params: { unit } }, async (_args, call) => {
    await call.ask({ sure: ask.form('Sure?', SURE) }).catch(() => {})
    return 'done'
  })
  await using client = testClient(app)
  const target = { name: 't', arguments: {} }
  const { state } = await askMcp(client.http, target)
  expect(ends).toEqual(['taken back'])
  expect((await askMcp(client.http, target, { answers: YES, state })).text).toBe('done')
  expect(ends).toEqual(['taken back', 'kept'])
})

describe('decision 5: needing what a client cannot', () => {
  const app = createApp({ env: {}, publicSurfaces: ['mcp'] })
  const KINDS = {
    form: () => ask.form('Sure?', SURE),
    url: () => ask.visit('Sign in', 'https://shop.example/bank'),
    sampling: () => ask.sample({ messages: [], maxTokens: 1 }),
    roots: () => ask.roots(),
  } as const
  for (const [name, question] of Object.entries(KINDS)) {
    app.tool(name, { description: 'Asks.' }, async (_args, call) => {
      await call.ask({ it: question() })
      return 'done'
    })
  }
  app.tool('can', { description: 'Tells.' }, (_args, call) =>
    (['form', 'url', 'sampling', 'roots'] as const).filter((one) => call.client.can(one)).join(),
  )
  const REQUIRED = {
    form: { elicitation: { form: {} } },
    url: { elicitation: { url: {} } },
    sampling: { sampling: {} },
    roots: { roots: {} },
  } as const

  test.each([
    [{}, ''],
    [{ elicitation: {} }, 'form'],
    [{ elicitation: { form: {} } }, 'form'],
    [{ elicitation: { url: {} } }, 'url'],
    [{ elicitation: { form: {}, url: {} } }, 'form,url'],
    [{ sampling: {}, roots: { listChanged: true } }, 'sampling,roots'],
    [{ elicitation: true, sampling: null, roots: [] }, ''],
  ])('of %j it can be asked for %s', async (capabilities, able) => {
    await using client = testClient(app)
    const { text } = await askMcp(client.http, { name: 'can', arguments: {} }, { capabilities })
    expect(text).toBe(able)
    for (const name of Object.keys(KINDS) as (keyof typeof KINDS)[]) {
      const told = await askMcp(client.http, { name, arguments: {} }, { capabilities })
      if (able.split(',').includes(name)) {
        expect(told.result['resultType']).toBe('input_required')
      } else {
        expect(told.status).toBe(400)
        expect(told.error.code).toBe(-32021)
        expect(told.error.data?.['requiredCapabilities']).toEqual(REQUIRED[name])
      }
    }
  })

  test('an older client is told in words', async () => {
    await using client = testClient(app, { era: 'legacy' })
    const { result } = await client.mcp.callTool('form')
    expect(result).toMatchObject({ isError: true })
    expect(JSON.stringify(result)).toContain('cannot be asked')
    expect((await client.mcp.callTool('can')).result?.['content']).toMatchObject([{ text: '' }])
  })
})

describe('every kind of call asks', () => {
  const app = createApp({
    env: {},
    publicSurfaces: ['mcp'],
    mcp: { tools: { mode: 'search' } },
    asking: { keys: KEYS },
  })
  const question = () => ({ who: ask.form('Who?', z.object({ name: z.string() })) })
  app.tool('greet', { description: 'Greets.' }, async (_args, call) => {
    const { who } = await call.ask(question())
    return who.action === 'accept' ? `Hello ${who.value.name}` : 'Hello'
  })
  app.prompt('say', { description: 'Says.' }, async (_args, call) => {
    const { who } = await call.ask(question())
    return who.action === 'accept' ? `Hello ${who.value.name}` : 'Hello'
  })
  app.resource('doc://{id}', { name: 'doc' }, async (_args, call) => {
    const { who } = await call.ask(question())
    return who.action === 'accept' ? `Hello ${who.value.name}` : 'Hello'
  })
  test.each([
    ['a tool', 'tools/call', { name: 'greet', arguments: {} }],
    ['call_action', 'tools/call', { name: 'call_action', arguments: { name: 'greet' } }],
    ['a prompt', 'prompts/get', { name: 'say', arguments: {} }],
    ['a resource', 'resources/read', { uri: 'doc://1' }],
  ])('%s', async (_, method, target) => {
    await using client = testClient(app)
    const asked = await askMcp(client.http, target, { method })
    expect(asked.result['resultType']).toBe('input_required')
    const answers = { who: accept({ name: 'Ann' }) }
    const done = await askMcp(client.http, target, { method, answers, state: asked.state })
    expect(done.result['resultType']).toBe('complete')
    expect(JSON.stringify(done.result)).toContain('Hello Ann')
  })
})

describe('HTTP and the CLI ask too', () => {
  test('HTTP answers 409 with the questions, and takes answers in headers', async () => {
    const { app, runs } = shop()
    await using client = testClient(app)
    const asked = await client.http.post('/refunds/7')
    expect(asked.status).toBe(409)
    const { questions, request_state: state } = asked.json() as Record<string, never>
    expect(asked.json()).toMatchObject({
      code: 'input_required',
      questions: { sure: { kind: 'form', text: 'Refund 7?', schema: { type: 'object' } } },
    })
    expect(Object.keys(questions)).toEqual(['sure'])
    const headers = { 'request-state': state, 'request-answers': JSON.stringify(YES) }
    const done = await client.http.post('/refunds/7', { headers })
    expect(done.json()).toEqual({ refunded: '7' })
    expect((await client.http.post('/refunds/8', { headers })).json()).toMatchObject({
      code: 'invalid_request_state',
    })
    expect(runs).toEqual(['7'])
  })

  test.each([
    ['answers alone', { 'request-answers': '{}' }],
    ['a state alone', { 'request-state': 'x' }],
    ['no JSON', { 'request-state': 'x', 'request-answers': '{' }],
    ['a list', { 'request-state': 'x', 'request-answers': '[]' }],
    ['a member twice', { 'request-state': 'x', 'request-answers': '{"a":1,"a":2}' }],
  ])('invalid_answers for %s', async (_, headers) => {
    const { app, runs } = shop()
    await using client = testClient(app)
    const told = await client.http.post('/refunds/7', { headers })
    expect(told.status).toBe(400)
    expect(told.json()).toMatchObject({ code: 'invalid_answers' })
    expect(runs).toEqual([])
  })

  test.each([
    ['local', true],
    ['remote', false],
  ])('the CLI, %s', async (_, local) => {
    const { app, runs } = shop()
    await using client = testClient(app)
    const target = app.localActions({})
    const call = async (more: object) => {
      const request = { action: 'refund', arguments: { id: '7' }, ...more }
      if (local) return target.call(request)
      const told = await client.http.post('/__trefoil__/actions/call', {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(request),
      })
      return told.json()
    }
    const asked = (await call({})) as { error: Record<string, unknown> }
    expect(asked.error).toMatchObject({ code: 'input_required' })
    const done = await call({ request_state: asked.error['request_state'], answers: YES })
    expect(done).toMatchObject({ ok: true, body: { refunded: '7' } })
    expect(runs).toEqual(['7'])
  })
})

test('mcp-plan 0.6: a state of a tool is none of the prompt that has its name', async () => {
  const app = createApp({ env: {}, publicSurfaces: ['mcp'], asking: { keys: KEYS } })
  const question = () => ({ sure: ask.form('Sure?', SURE) })
  const params = { id: z.string() }
  app.tool('doc', { description: 'Does.', params }, async (_args, call) => {
    await call.ask(question())
    return 'done'
  })
  app.prompt('doc', { description: 'Says.', params }, async (_args, call) => {
    await call.ask(question())
    return 'said'
  })
  await using client = testClient(app)
  const target = { name: 'doc', arguments: { id: '7' } }
  const { state } = await askMcp(client.http, target)
  const answered = { answers: YES, state }
  const told = await askMcp(client.http, target, { ...answered, method: 'prompts/get' })
  expect(told.error.code).toBe(-32602)
  expect((await askMcp(client.http, target, answered)).text).toBe('done')
})

test('decision 6: what is asked at once, and counts once, is used up once', async () => {
  const app = createApp({ env: {}, publicSurfaces: ['mcp'], asking: { keys: KEYS } })
  app.tool('both', { description: 'Asks both.' }, async (_args, call) => {
    await Promise.all([
      call.ask({ left: ask.form('Left?', SURE) }, { once: true }),
      call.ask({ right: ask.form('Right?', SURE) }, { once: true }),
    ])
    return 'done'
  })
  await using client = testClient(app)
  const target = { name: 'both', arguments: {} }
  const { state, asked } = await askMcp(client.http, target)
  expect(Object.keys(asked)).toEqual(['left', 'right'])
  const answers = { left: accept({ ok: true }), right: accept({ ok: true }) }
  expect((await askMcp(client.http, target, { answers, state })).text).toBe('done')
  expect((await askMcp(client.http, target, { answers, state })).error.code).toBe(-32602)
})

test('FND-16: no schema of an answer is asked once its caller was told', async () => {
  const app = createApp({ env: {}, publicSurfaces: ['mcp'], asking: { keys: KEYS } })
  const asked: string[] = []
  const ended = Promise.withResolvers<void>()
  const slow = SURE.refine(async () => {
    asked.push('first')
    await ended.promise
    return true
  })
  const next = SURE.refine(async () => asked.push('second') > 0)
  app.tool('slow', { description: 'Is slow.', timeout: '100ms' }, async (_args, call) => {
    call.signal.addEventListener('abort', () => ended.resolve(), { once: true })
    await call.ask({ first: ask.form('First?', slow), second: ask.form('Second?', next) })
    return 'done'
  })
  await using client = testClient(app)
  const target = { name: 'slow', arguments: {} }
  const { state } = await askMcp(client.http, target)
  const answers = { first: accept({ ok: true }), second: accept({ ok: true }) }
  const told = await askMcp(client.http, target, { answers, state })
  expect(told.text).toContain('TIMEOUT')
  await new Promise((resolve) => setImmediate(resolve))
  expect(asked).toEqual(['first'])
})

test('decision 5: over HTTP only those are asked whose route says so', async () => {
  const app = createApp({ env: {}, publicSurfaces: ['api'] })
  for (const asks of [true, false]) {
    app.get(`/can/${asks}`, { asks }, (_args, call) => ({
      form: call.client.can('form'),
      url: call.client.can('url'),
      sampling: call.client.can('sampling'),
    }))
  }
  await using client = testClient(app)
  const can = async (asks: boolean) => (await client.http.get(`/can/${asks}`)).json()
  expect(await can(true)).toEqual({ form: true, url: true, sampling: false })
  expect(await can(false)).toEqual({ form: false, url: false, sampling: false })
})

describe('where nothing can be asked, the developer is told', () => {
  const errors: string[] = []
  const app = createApp({
    env: {},
    publicSurfaces: ['api'],
    approval: () => true,
    auth: [{ surfaces: ['mcp'], authenticate: (_request) => new AuthContext({ subject: 'ann' }) }],
    log: {
      logger: {
        debug() {},
        info() {},
        warn() {},
        error: (fields: unknown) => {
          errors.push(String((fields as { err?: Error }).err?.message))
        },
      },
    },
  })
  const question = () => ({ sure: ask.form('Sure?', SURE) })
  app.get('/silent', {}, async (_args, call) => call.ask(question()))
  app.tool('approved', { description: 'A.', needsApproval: true }, async (_args, call) =>
    call.ask(question()),
  )
  app.tool(
    'guarded',
    {
      description: 'G.',
      guards: [
        inputGuard({
          name: 'asks',
          check: async (_auth, call) => (await call.ask(question())) !== null,
        }),
      ],
    },
    () => 'done',
  )
  app.tool('twice', { description: 'T.' }, async (_args, call) => {
    await call.ask(question())
    await call.ask({ sure: ask.form('Really?', SURE) })
  })
  app.tool('odd', { description: 'O.' }, async (_args, call) =>
    call.ask({ sure: { kind: 'form' } as never }),
  )
  app.tool('streams', { description: 'S.' }, (_args, call) =>
    (async function* () {
      yield 'a'
      await call.ask(question())
      yield 'b'
    })(),
  )
  test.each([
    ['guarded', /is for handlers/],
    ['odd', /must be a question/],
    ['streams', /before they have answered/],
  ])('%s', async (name, message) => {
    errors.length = 0
    await using client = testClient(app)
    const told = await askMcp(client.http, { name, arguments: {} })
    expect(told.result['resultType']).not.toBe('input_required')
    expect(errors.join()).toMatch(message)
  })
  test('an action that may need an approval', async () => {
    errors.length = 0
    await using client = testClient(app)
    const told = await askMcp(
      client.http,
      { name: 'approved', arguments: {} },
      { meta: { approvalToken: 'x' } },
    )
    expect(told.result['isError']).toBe(true)
    expect(errors.join()).toMatch(/not for actions that may need an approval/)
  })
  test('one key with two questions', async () => {
    errors.length = 0
    await using client = testClient(app)
    const { state } = await askMcp(
      client.http,
      { name: 'twice', arguments: {} },
      { capabilities: FORMS },
    )
    const told = await askMcp(
      client.http,
      { name: 'twice', arguments: {} },
      { answers: YES, state },
    )
    expect(told.result['isError']).toBe(true)
    expect(errors.join()).toMatch(/'sure' is asked twice/)
  })
  test('a route that does not say asks', async () => {
    errors.length = 0
    await using client = testClient(app)
    expect((await client.http.get('/silent')).status).toBe(500)
    expect(errors.join()).toMatch(/needs asks: true/)
  })
})
