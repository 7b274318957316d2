import { z } from 'zod'
import { guard, hasRole, hasScope, jwtAuth } from '../../packages/trefoil/src/auth.ts'
import type { AppHandle } from '../../packages/trefoil/src/contract/call/app-handle.ts'
import type { Catalogue } from '../../packages/trefoil/src/contract/call/catalogue.ts'
import {
  type ApprovalRequest,
  body,
  type Call,
  cookie,
  createApp,
  defineProblems,
  dependency,
  HttpError,
  header,
  query,
  reply,
} from '../../packages/trefoil/src/index.ts'
import { definePart } from '../../packages/trefoil/src/parts.ts'
import { guardedActions } from './guarded-actions.ts'
import { AUDIENCE, ISSUER, KEY, NOW } from './tokens.ts'

/** What the handlers, guards and hooks of the fixture throw; no answer may contain it. */
export const SECRET = 's3cret-db-password'

/** The app as the drivers hold it. */
export interface FixtureApp extends AppHandle {
  readonly catalogue: Catalogue
}

/** What the fixture saw, for assertions. */
export class Observations {
  opens = 0
  closes = 0
  /** Errors that reached an open dependency, by message. */
  readonly failures: string[] = []
  /** Bound arguments of every handler that ran. */
  readonly args: Readonly<Record<string, unknown>>[] = []
  readonly approvals: ApprovalRequest[] = []
  readonly logged: unknown[] = []

  /** Dependencies opened and not closed. */
  get open(): number {
    return this.opens - this.closes
  }
}

/**
 * The token that approves exactly one action with exactly one set of arguments. It names nothing
 * but the hash, so the hash alone has to tell two actions apart.
 */
export function approvalFor(argumentsHash: string): string {
  return `approved ${argumentsHash}`
}

async function decide(seen: Observations, request: ApprovalRequest): Promise<boolean> {
  seen.approvals.push(request)
  if (request.token === 'hook-throws') throw new Error(SECRET)
  // A hook written in JavaScript may answer anything at all (W-9).
  if (request.token === 'hook-says-yes') return 'yes' as unknown as boolean
  return request.token === approvalFor(request.argumentsHash)
}

const Line = z.object({ sku: z.string(), count: z.int() }).readonly()
const REFUND = {
  amount: z.number(),
  reason: z.string().default('none'),
  lines: z.array(Line).default([]),
}
/** Bytes of a request body. */
export const MAX_BODY = 4096
/** Bytes of an agent's result. */
export const MAX_RESPONSE = 2048

const problems = defineProblems('shelf', {
  shelf_empty: { status: 409, text: 'The shelf is empty', fix: 'Fill it.', exit: 42 },
  shelf_closed: { status: 423, text: 'The shelf is closed', fix: 'Wait.', mcp: 'http' },
})

/** A part with failures of its own. */
const shelf = definePart({
  name: 'shelf',
  problems,
  actions: (routes) => {
    const both = { tool: true, cli: true, description: 'Takes from the shelf.' } as const
    routes.post('/shelf/take', { ...both, name: 'take' }, () => {
      throw problems.problem('shelf_empty', { details: { shelf: 'a' } })
    })
    routes.post('/shelf/open', { ...both, name: 'open_shelf' }, () => {
      throw problems.problem('shelf_closed')
    })
  },
})

/** One app with one of everything; the same object is served, and called in this process. */
export function createFixtureApp(seen: Observations): FixtureApp {
  const db = dependency(
    async function* () {
      seen.opens++
      try {
        yield { name: 'db' }
      } catch (error) {
        seen.failures.push(error instanceof Error ? error.message : String(error))
        throw error
      } finally {
        seen.closes++
      }
    },
    { name: 'db' },
  )
  const broken = dependency(
    () => {
      throw new Error(SECRET)
    },
    { name: 'broken' },
  )
  const log = (...entry: unknown[]) => void seen.logged.push(entry)
  const app = createApp({
    name: 'parity',
    clock: { now: () => NOW * 1000, elapsed: () => 0 },
    auth: [
      {
        authenticate: jwtAuth({
          keys: KEY,
          issuer: ISSUER,
          audience: AUDIENCE,
          clock: { now: () => NOW * 1000, elapsed: () => 0 },
        }),
        surfaces: ['api', 'mcp', 'cli'],
      },
    ],
    approval: (request) => decide(seen, request),
    limits: { body: `${MAX_BODY}b` },
    mcp: { maxResponseSize: `${MAX_RESPONSE}b` },
    cli: { maxResponseSize: `${MAX_RESPONSE}b` },
    log: { logger: { debug: log, info: log, warn: log, error: log } },
    parts: [shelf, guardedActions()],
  })

  /** What every handler answers: who called, from where, with what. */
  const report = (call: Call) => {
    seen.args.push(call.args)
    const { source, entrypoint } = call
    return { args: call.args, source, entrypoint, subject: call.auth?.subject ?? null }
  }
  const both = { tool: true, cli: true } as const

  app.get(
    '/orders/{order_id}',
    {
      ...both,
      name: 'get_order',
      description: 'Fetch one order.',
      guards: [hasScope('orders:read')],
      params: {
        order_id: z.string().max(20),
        include_events: query(z.boolean().default(false), { alias: 'include-events' }),
        db,
      },
    },
    ({ order_id }, call) => {
      if (order_id === 'ord_missing') throw new HttpError(404, 'Order not found')
      return report(call)
    },
  )
  app.get(
    '/search',
    {
      ...both,
      name: 'search',
      description: 'Search with every kind of text parameter.',
      params: {
        limit: query(z.int().min(1).max(100).default(10)),
        ratio: query(z.number().optional()),
        exact: query(z.boolean().optional()),
        tags: query(z.array(z.string()).default([])),
        operator: header(z.string().default('nobody'), { alias: 'X-Operator' }),
        theme: cookie(z.enum(['dark', 'light']).optional()),
        db,
      },
    },
    (_args, call) => report(call),
  )
  app.post(
    '/orders',
    {
      ...both,
      name: 'create_order',
      description: 'Create an order.',
      guards: [hasScope('orders:write')],
      params: {
        sku: z.string().min(1),
        quantity: z.int().min(1).max(100),
        note: z.string().nullish(),
        address: z.strictObject({ city: z.string(), zip: z.string().optional() }).optional(),
        db,
      },
      status: 201,
    },
    (_args, call) => report(call),
  )
  app.delete(
    '/orders/{order_id}',
    {
      ...both,
      name: 'delete_order',
      description: 'Delete an order.',
      guards: [hasRole('admin')],
      params: { db },
    },
    () => null,
  )
  app.get('/health', { ...both, name: 'health', description: 'Is it up?', public: true }, () => ({
    up: true,
  }))
  app.get('/who', { ...both, name: 'who', description: 'Who is calling?', public: true }, (_, c) =>
    report(c),
  )
  app.post(
    '/echo',
    {
      ...both,
      name: 'echo',
      description: 'Return the body.',
      params: { document: body(z.unknown()), db },
    },
    (_args, call) => report(call),
  )
  app.get('/text', { ...both, name: 'text', description: 'Plain text.' }, () => 'a "text" ☃')
  app.get(
    '/list',
    { ...both, name: 'list', description: 'A list.', returns: z.array(z.int()) },
    () => [1, 2, 3],
  )
  app.get('/big', { ...both, name: 'big', description: 'Too much.', params: { db } }, () =>
    'x'.repeat(MAX_RESPONSE + 1),
  )
  app.get('/exactly', { ...both, name: 'exactly', description: 'Just fits.' }, () =>
    'x'.repeat(MAX_RESPONSE),
  )
  for (const name of ['refund', 'refund_again'] as const) {
    app.post(
      `/orders/{order_id}/${name}`,
      {
        ...both,
        name,
        description: 'Pay money back.',
        guards: [hasScope('orders:write')],
        params: { order_id: z.string(), ...REFUND, db },
        needsApproval: ['api', 'mcp', 'cli'],
      },
      (_args, call) => report(call),
    )
  }

  // Everything that can break, broken.
  app.post('/crash', { ...both, name: 'crash', description: 'Throws.', params: { db } }, () => {
    throw new Error(`connect failed: ${SECRET}`)
  })
  app.post('/crash-text', { ...both, name: 'crash_text', description: 'Throws text.' }, () => {
    throw SECRET
  })
  app.post(
    '/crash-open',
    { ...both, name: 'crash_open', description: 'A dependency fails.', params: { db, broken } },
    () => null,
  )
  app.post(
    '/crash-output',
    {
      ...both,
      name: 'crash_output',
      description: 'Breaks its promise.',
      returns: z.object({ total: z.int() }),
      params: { db },
    },
    () => ({ total: SECRET }) as unknown as { total: number },
  )
  app.post(
    '/crash-guard',
    {
      ...both,
      name: 'crash_guard',
      description: 'A guard fails.',
      params: { db },
      guards: [
        guard({
          name: 'Broken',
          check: () => {
            throw new Error(SECRET)
          },
        }),
      ],
    },
    () => null,
  )
  app.post(
    '/crash-schema',
    {
      ...both,
      name: 'crash_schema',
      description: 'A schema fails.',
      params: {
        value: z.string().superRefine(() => {
          throw new Error(SECRET)
        }),
        db,
      },
    },
    () => null,
  )
  const map = new Map([['a', SECRET]])
  app.post('/crash-map', { ...both, name: 'crash_map', description: 'A map.' }, () => map)
  app.post(
    '/crash-map-inside',
    { ...both, name: 'crash_map_inside', description: 'Maps.' },
    () => ({
      list: [map],
    }),
  )
  app.post('/crash-json', { ...both, name: 'crash_json', description: 'A getter throws.' }, () => ({
    get value(): string {
      throw new Error(SECRET)
    },
  }))
  app.post(
    '/crash-stream',
    { ...both, name: 'crash_stream', description: 'A stream fails.', params: { db } },
    async function* () {
      yield 'first '
      throw new Error(SECRET)
    },
  )
  app.post(
    '/conflict',
    { ...both, name: 'conflict', description: 'An expected failure.', params: { db } },
    () => {
      throw new HttpError(409, 'Already shipped', {
        code: 'already_shipped',
        fix: 'Refund it instead.',
        details: { order_id: 'ord_1' },
        cause: new Error(SECRET),
      })
    },
  )
  app.post('/meta', { ...both, name: 'meta', description: 'Keeps its metadata.' }, () =>
    reply({ done: true }, { meta: { internal: SECRET } }),
  )
  return app
}
