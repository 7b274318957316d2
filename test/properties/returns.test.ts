// FND-1, FND-2: whatever `returns` is and whatever a handler returns, what leaves is what the schema
// makes of the value as it was returned: on every surface, and whoever else holds the value.
import fc from 'fast-check'
import { createApp, dependency } from 'trefoil'
import { expect, test, vi } from 'vitest'
import { ALL, ENV, type Json, Lines, membersOf, on } from '../findings/surfaces.ts'
import {
  type Drawn,
  drawnSchemas,
  type Make,
  madeBy,
  returnsOf,
  type Waiting,
} from './drawn-schemas.ts'
import { SPOILT, spoil } from './spoil.ts'

vi.setConfig({ testTimeout: 60_000 })

/** Who changes the returned value, and when. */
const MOMENTS = [
  'nobody',
  'a dependency that closes',
  'another call, while a dependency closes',
  'a microtask, right after a handler that waits for nothing',
  'a validator that waits',
  'middleware, once it has answered',
] as const
type Moment = (typeof MOMENTS)[number]

interface Case {
  readonly drawn: Drawn
  readonly make: Make
  readonly moment: Moment
}

function build({ drawn, make, moment }: Case, waiting: Waiting) {
  let held: unknown
  const change = () => spoil(held)
  const app = createApp({
    name: 'returns',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
  })
  const tx = dependency(
    async function* () {
      try {
        yield {}
      } finally {
        if (moment === 'a dependency that closes') change()
        if (moment === 'another call, while a dependency closes') {
          await app.fetch(new Request('http://localhost/change', { method: 'POST' }))
        }
      }
    },
    { name: 'tx' },
  )
  app.post('/change', on('change'), () => {
    change()
    return null
  })
  const after = moment.startsWith('middleware')
  const returns = returnsOf(drawn)
  const late = async (_: unknown, next: () => Promise<unknown>) => {
    const value = await next()
    // Behind the return of the middleware, and behind the check that follows it at once.
    setImmediate(change)
    return value
  }
  const options = {
    ...on('answer'),
    ...(moment.includes('dependency') ? { params: { tx } } : {}),
    ...(after ? { middleware: [late] } : {}),
    // Of no type that can be known.
    returns: returns as never,
  }
  const handler = () => {
    held = make()
    if (moment.startsWith('a microtask')) queueMicrotask(change)
    waiting.during = moment.startsWith('a validator') ? change : () => {}
    return held as never
  }
  app.post('/answer', options, handler)
  return app
}
type Built = ReturnType<typeof build>

interface Seen {
  readonly raw: string
  /** `null` for a refusal. */
  readonly answer: { readonly value: unknown } | null
}

const post = (path: string, body?: Json, headers: Record<string, string> = {}) =>
  new Request(`http://localhost${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })

const MODERN = '2026-07-28'
const SURFACES: Readonly<Record<string, (app: Built) => Promise<Seen>>> = {
  http: async (app) => {
    const response = await app.fetch(new Request('http://localhost/answer', { method: 'POST' }))
    const raw = await response.text()
    return { raw, answer: response.ok ? { value: raw === '' ? null : JSON.parse(raw) } : null }
  },
  'mcp-legacy': (app) => tool(app, {}, { 'mcp-protocol-version': '2025-11-25' }),
  'mcp-modern': (app) =>
    tool(
      app,
      {
        'io.modelcontextprotocol/protocolVersion': MODERN,
        'io.modelcontextprotocol/clientCapabilities': {},
      },
      { 'mcp-protocol-version': MODERN, 'mcp-method': 'tools/call', 'mcp-name': 'answer' },
    ),
  'cli-local': async (app) => {
    const envelope = await app.localActions({ headers: [] }).call({ action: 'answer' })
    return fromEnvelope(JSON.stringify(envelope))
  },
  'cli-remote': async (app) => {
    const response = await app.fetch(post('/__trefoil__/actions/call', { action: 'answer' }))
    return fromEnvelope(await response.text())
  },
}

async function tool(app: Built, _meta: Json, headers: Record<string, string>): Promise<Seen> {
  const params = { name: 'answer', arguments: {}, _meta }
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params }
  const response = await app.fetch(
    post('/mcp', message, { accept: 'application/json, text/event-stream', ...headers }),
  )
  const raw = await response.text()
  const { result } = membersOf(JSON.parse(raw))
  const { content, structuredContent, isError } = membersOf(result)
  if (isError !== false) return { raw, answer: null }
  const [block] = Array.isArray(content) ? content : []
  const value: unknown = JSON.parse(String(membersOf(block)['text']))
  // A client that knows the schema reads this instead; what may be no object is wrapped (MCP-12).
  if (structuredContent !== undefined) {
    expect([value, { result: value }]).toContainEqual(structuredContent)
  }
  return { raw, answer: { value } }
}

function fromEnvelope(raw: string): Seen {
  const { ok, body } = membersOf(JSON.parse(raw))
  return { raw, answer: ok === true ? { value: body } : null }
}

/** Asked of zod, about a value that nobody else holds. */
async function promised({ drawn, make }: Case): Promise<Seen['answer'] | 'no form'> {
  const result = await madeBy(drawn, make()).catch(() => null)
  if (result === null) return null
  try {
    const text = JSON.stringify(result.data)
    return { value: text === undefined ? null : JSON.parse(text) }
  } catch {
    return 'no form'
  }
}

test('FND-1, FND-2: nothing leaves but what the schema makes of the value as it was returned', async () => {
  const waiting: Waiting = { during: () => {} }
  const cases: fc.Arbitrary<Case> = drawnSchemas(waiting).chain((drawn) =>
    fc.record({
      drawn: fc.constant(drawn),
      make: drawn.values,
      moment: fc.constantFrom(...MOMENTS),
    }),
  )
  let answered = 0
  const runs = Number(process.env['TREFOIL_RUNS'] ?? 250)
  await fc.assert(
    fc.asyncProperty(cases, async (one) => {
      waiting.during = () => {}
      const expected = await promised(one)
      for (const [surface, ask] of Object.entries(SURFACES)) {
        let app: Built
        try {
          app = build(one, waiting)
        } catch (error) {
          // Some schemas have no JSON form and are refused at the start, with the reason.
          expect(String(error)).toContain('JSON')
          return
        }
        const { raw, answer } = await ask(app)
        const where = `${surface}, changed by ${one.moment}: ${raw}`
        expect(raw, where).not.toContain(SPOILT)
        if (expected === 'no form') expect(answer, where).toBeNull()
        else expect(answer, where).toEqual(expected)
        if (answer !== null) answered++
      }
    }),
    { numRuns: runs },
  )
  // What is never answered was not tested.
  expect(answered).toBeGreaterThan(runs)
})
