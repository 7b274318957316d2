// S-ABAC-1, S-ABAC-2, SW-29, AUTHZ-8: who may touch which row, alike over HTTP, MCP in both eras, the CLI
// here and the CLI there.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  AuthContext,
  anyOf,
  condition,
  hasRole,
  not,
  owns,
  permissions,
  policy,
  type ResourceGuard,
} from '../../packages/trefoil/src/auth.ts'
import { createApp, dependency } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import type { Answer, Driver } from './driver.ts'
import { DRIVERS } from './fixture.ts'
import type { FixtureApp } from './fixture-app.ts'

interface Doc {
  readonly id: string
  readonly owner_id?: string | number | null
  readonly user_id?: string
  readonly tenant_id?: string | null
  readonly total: number
}

const DOCS: Readonly<Record<string, Doc>> = {
  mine: { id: 'mine', owner_id: 'ann', tenant_id: 'acme', total: 50 },
  big: { id: 'big', owner_id: 'bob', tenant_id: 'acme', total: 500 },
  small: { id: 'small', owner_id: 'bob', tenant_id: 'acme', total: 50 },
  foreign: { id: 'foreign', owner_id: 'ann', tenant_id: 'evil', total: 50 },
  shared: { id: 'shared', owner_id: 'ann', tenant_id: null, total: 50 },
  number: { id: 'number', owner_id: 42, tenant_id: 'acme', total: 1 },
  older: { id: 'older', user_id: 'ann', tenant_id: 'acme', total: 1 },
  nobodys: { id: 'nobodys', tenant_id: 'acme', total: 1 },
  given: { id: 'given', owner_id: null, user_id: 'ann', tenant_id: 'acme', total: 1 },
  odd: {
    id: 'odd',
    owner_id: { toString: () => 'ann' } as unknown as string,
    tenant_id: 'acme',
    total: 1,
  },
}

const CALLERS: Readonly<Record<string, AuthContext>> = {
  ann: new AuthContext({ subject: 'ann', tenant: 'acme' }),
  n42: new AuthContext({ subject: '42', tenant: 'acme' }),
  staff: new AuthContext({ subject: 'staff', tenant: 'acme', roles: ['staff'] }),
  // Of no tenant at all.
  drifter: new AuthContext({ subject: 'ann' }),
}

let loads: string[] = []
let lines: string[] = []
const find = (id: unknown): Doc | null => {
  loads.push(String(id))
  if (id === 'crash') throw new Error('the database is gone')
  if (id === 'list') return [DOCS['mine']] as unknown as Doc
  return DOCS[String(id)] ?? null
}

const store = dependency(() => ({ find: async (id: unknown) => find(id) }))

const own = owns<Doc>(async (call) => (await call.resolve(store)).find(call.args['id']))
const small = condition({
  columns: { total: 'number', owner_id: 'text' },
  where: { all: [{ lte: ['total', 100] }, { ne: ['owner_id', { auth: 'subject' }] }] },
})
const can = permissions({ reader: ['docs.read'] })
const guards = {
  own,
  hidden: owns('owner_id', (call) => find(call.args['id']), { hidden: true }),
  refund: policy({ name: 'Refund', load: (call) => find(call.args['id']), test: small }),
  tested: policy({
    name: 'Tested',
    load: (call) => find(call.args['id']),
    test: async (auth, doc) => {
      if (doc.id === 'mine') throw new Error('broken')
      return doc.owner_id !== auth.subject
    },
  }),
  opposite: not(own, 'Not your own'),
  oppositeOfFailing: not(
    policy({ name: 'Fails', load: (call) => find(call.args['id']), test: () => 'maybe' as never }),
    'Never',
  ),
  either: anyOf(hasRole('staff'), own),
  forbidden: policy({
    permission: can.hasPermission('docs.read'),
    load: (call) => find(call.args['id']),
    test: () => true,
  }),
}

function createPoliciesApp(): FixtureApp {
  const note = (_fields: unknown, message?: string) => void lines.push(String(message))
  const app = createApp({
    name: 'policies',
    env: {},
    auth: [
      {
        authenticate: (request) => CALLERS[request.bearer ?? ''] ?? null,
        surfaces: ['api', 'mcp', 'cli'],
      },
    ],
    log: { logger: { debug() {}, info() {}, warn() {}, error: note } },
  })
  for (const [name, guard] of Object.entries(guards)) {
    app.post(
      `/${name}`,
      {
        name,
        description: name,
        tool: true,
        cli: true,
        params: { id: z.string() },
        guards: [guard],
      },
      ({ id }) => ({ id }),
    )
  }
  const handOn = (name: string, guard: ResourceGuard<Doc>, asked: boolean) =>
    app.post(
      `/${name}`,
      {
        name,
        description: name,
        tool: true,
        cli: true,
        params: { id: z.string(), doc: guard.resource },
        guards: asked ? [guard] : [],
      },
      ({ doc }) => ({ id: doc.id, frozen: Object.isFrozen(doc), same: doc === DOCS[doc.id] }),
    )
  handOn('handed', own, true)
  handOn('unasked', own, false)
  app.post(
    '/inside',
    { name: 'inside', description: 'i', tool: true, cli: true, params: { id: z.string() } },
    async ({ id }, call) => {
      await call.authorize(own)
      return { id, ...(await call.resolve(own.resource)) }
    },
  )
  return app
}

let server: RunningServer
let drivers: readonly Driver[]

beforeAll(async () => {
  const app = createPoliciesApp()
  server = await serve(app, { port: 0, signals: false })
  drivers = DRIVERS.map((make) => make({ app, url: server.url }))
})
afterAll(async () => {
  for (const driver of drivers) await driver.close?.()
  await server.close()
})
beforeEach(() => {
  loads = []
  lines = []
})

async function seen(action: string, id: string, token: string): Promise<Map<string, Answer>> {
  const answers = new Map<string, Answer>()
  for (const driver of drivers) {
    answers.set(driver.name, await driver.call({ action, args: { id }, token }))
  }
  return answers
}

const GONE = 'http_error: Not found'
const FORBIDDEN = 'ACCESS_DENIED: forbidden'

/** `ok`, or code and text of what was refused. */
function told({ ok, problem }: Answer): string {
  return ok ? 'ok' : `${problem?.code}: ${problem?.message}`
}

describe('S-ABAC-1, S-ABAC-2: the same answer on every surface', () => {
  test.each<[string, string, string, string]>([
    // S-ABAC-2: owner_id, else user_id, as text; nothing is nobody's.
    ['own', 'mine', 'ann', 'ok'],
    ['own', 'small', 'ann', FORBIDDEN],
    ['own', 'number', 'n42', 'ok'],
    ['own', 'older', 'ann', 'ok'],
    ['own', 'nobodys', 'ann', FORBIDDEN],
    ['own', 'given', 'ann', FORBIDDEN],
    ['own', 'odd', 'ann', FORBIDDEN],
    // AUTHZ-8: another tenant's row is not there, whoever owns it.
    ['own', 'absent', 'ann', GONE],
    ['own', 'foreign', 'ann', GONE],
    ['own', 'shared', 'ann', GONE],
    ['own', 'shared', 'drifter', 'ok'],
    ['own', 'mine', 'drifter', GONE],
    ['own', 'crash', 'ann', 'ACCESS_DENIED: Access denied by Owns'],
    ['own', 'list', 'ann', 'ACCESS_DENIED: Access denied by Owns'],
    // SW-29: and nobody's else where the option says so.
    ['hidden', 'mine', 'ann', 'ok'],
    ['hidden', 'small', 'ann', GONE],
    ['hidden', 'nobodys', 'ann', GONE],
    ['hidden', 'absent', 'ann', GONE],
    // S-ABAC-1: a condition and a function as tests.
    ['refund', 'small', 'ann', 'ok'],
    ['refund', 'big', 'ann', FORBIDDEN],
    ['refund', 'mine', 'ann', FORBIDDEN],
    ['refund', 'foreign', 'ann', GONE],
    ['tested', 'small', 'ann', 'ok'],
    ['tested', 'mine', 'ann', 'ACCESS_DENIED: Access denied by Tested'],
    // What nobody decided is not turned round, and no other tenant's row either.
    ['opposite', 'small', 'ann', 'ok'],
    ['opposite', 'mine', 'ann', 'ACCESS_DENIED: Not your own'],
    ['opposite', 'foreign', 'n42', 'ACCESS_DENIED: Not your own'],
    ['opposite', 'absent', 'ann', 'ACCESS_DENIED: Not your own'],
    ['opposite', 'nobodys', 'ann', 'ACCESS_DENIED: Not your own'],
    ['oppositeOfFailing', 'small', 'ann', 'ACCESS_DENIED: Never'],
    ['either', 'mine', 'ann', 'ok'],
    ['either', 'small', 'staff', 'ok'],
    ['either', 'foreign', 'ann', GONE],
    ['either', 'absent', 'ann', GONE],
    ['inside', 'mine', 'ann', 'ok'],
    ['inside', 'small', 'ann', FORBIDDEN],
    ['inside', 'foreign', 'ann', GONE],
    ['handed', 'mine', 'ann', 'ok'],
    ['handed', 'small', 'ann', FORBIDDEN],
  ])('%s of %s for %s: %s', async (action, id, token, wanted) => {
    const answers = await seen(action, id, token)
    expect(Object.fromEntries([...answers].map(([name, answer]) => [name, told(answer)]))).toEqual(
      Object.fromEntries(drivers.map(({ name }) => [name, wanted])),
    )
  })
})

test('AUTHZ-8: a row of another tenant and one that is not there are the same answer, byte for byte', async () => {
  for (const action of ['own', 'hidden', 'refund', 'either', 'inside']) {
    const [absent, foreign] = [
      await seen(action, 'absent', 'ann'),
      await seen(action, 'foreign', 'ann'),
    ]
    for (const { name } of drivers) {
      const without = (answer: Answer | undefined, id: string) =>
        (answer?.raw ?? '')
          .replaceAll(id, 'ID')
          .replaceAll(/[0-9a-f]{32}/g, 'CALL')
          .replaceAll(/^date: .*$/gim, '')
          .replaceAll(/content-length: \d+/g, '')
      expect(without(foreign.get(name), 'foreign'), `${action} ${name}`).toBe(
        without(absent.get(name), 'absent'),
      )
    }
  }
})

test('SW-29: nothing is loaded for a caller without the permission', async () => {
  for (const [, answer] of await seen('forbidden', 'mine', 'ann')) {
    expect(told(answer)).toBe('ACCESS_DENIED: missing_permissions:docs.read')
  }
  expect(loads).toEqual([])
})

test('the row is loaded once, and the handler is given what was judged', async () => {
  for (const [, answer] of await seen('handed', 'mine', 'ann')) {
    expect(answer.value).toEqual({ id: 'mine', frozen: true, same: false })
  }
  expect(loads).toHaveLength(drivers.length)
})

test('the row of a guard that was not asked is not handed out', async () => {
  for (const [, answer] of await seen('unasked', 'mine', 'ann')) {
    expect(told(answer)).toMatch(/^INTERNAL_ERROR/)
  }
  expect(lines.length).toBeGreaterThanOrEqual(drivers.length)
})

test('AUTHZ-7: why is in the log, and never in the answer', async () => {
  for (const [, answer] of await seen('own', 'crash', 'ann')) {
    expect(answer.raw).not.toContain('database')
  }
  expect(lines).toEqual(drivers.map(() => 'Guard failed'))
})
