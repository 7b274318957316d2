// What a tool needs is told to each caller as it is for that caller: by scopes, by kind, in both eras (PW-20, APPR-1).
import { type CreateAppOptions, createApp } from 'trefoil'
import { AuthContext, allOf, anyOf, guard, hasAllScopes, hasRole, hasScope } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }

interface Tool {
  readonly name: string
  readonly description: string
  readonly _meta?: Readonly<Record<string, unknown>>
}

/** Callers by their tokens. */
const CALLERS = {
  person: { subject: 'ada', kind: 'person', scopes: ['orders:read', 'orders:write'] },
  agent: { subject: 'bot', kind: 'agent', scopes: ['orders:read'] },
  service: { subject: 'cron', kind: 'service', scopes: [] },
  unknown: { subject: 'eve', kind: 'unknown', roles: ['clerk'], scopes: [] },
  delegated: {
    subject: 'ada',
    kind: 'person',
    actor: [{ subject: 'bot' }],
    scopes: ['orders:write'],
  },
} as const
type Caller = keyof typeof CALLERS

let ran = 0
/** Asked in calls and for lists of who may see, and never for what is told of need. */
const named = Object.freeze({
  name: 'Own',
  needsInput: false,
  scopes: ['own'],
  decide: (auth: AuthContext) => {
    ran++
    return auth.scopes.has('own')
      ? ({ allow: true } as const)
      : { deny: true as const, text: 'No', scopes: ['own'] }
  },
})

function shop(mcp: CreateAppOptions['mcp'] = {}) {
  const app = createApp({
    name: 'shop',
    env: {},
    log,
    mcp,
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: {
          name: 'test',
          kinds: ['person', 'agent', 'service', 'unknown'],
          authenticate: ({ bearer }) =>
            bearer === null ? null : new AuthContext(CALLERS[bearer as Caller] as never),
        },
      },
    ],
    approval: () => false,
    agentWrites: 'approve',
  })
  const look = { changes: false, description: 'D.' }
  app.tool('any', { ...look, guards: [hasScope('orders:write', 'orders:admin')] }, () => 1)
  app.tool('all', { ...look, guards: [hasAllScopes('orders:read', 'orders:write')] }, () => 1)
  app.tool(
    'either',
    { ...look, guards: [anyOf(hasRole('clerk'), hasScope('orders:write'))] },
    () => 1,
  )
  app.tool(
    'both',
    {
      ...look,
      guards: [allOf(hasScope('orders:read'), anyOf(hasScope('orders:write'), hasScope('x')))],
    },
    () => 1,
  )
  app.tool('own', { ...look, guards: [named] }, () => 1)
  app.tool('free', look, () => 1)
  app.tool('open', { ...look, public: ['mcp'], needsApproval: true }, () => 1)
  app.tool('change', { description: 'D.' }, () => 1)
  app.tool('asks', { ...look, needsApproval: true, guards: [hasScope('orders:read')] }, () => 1)
  app.tool(
    'secret',
    { ...look, guards: [hasRole('owner'), guard({ name: 'SecretRule', check: () => true })] },
    () => 1,
  )
  return app
}

const headers = (caller: Caller) => ({ authorization: `Bearer ${caller}` })

/** By name: the scopes that are told, and whether a person has to agree. */
const TABLE: Readonly<
  Record<Caller, Readonly<Record<string, readonly string[] | 'approval' | null>>>
> = {
  person: { any: null, all: null, either: null, both: null, own: ['own'], free: null },
  agent: {
    any: ['orders:admin', 'orders:write'],
    all: ['orders:write'],
    either: ['orders:write'],
    both: ['orders:write', 'x'],
    own: ['own'],
    free: null,
  },
  service: {
    any: ['orders:admin', 'orders:write'],
    all: ['orders:read', 'orders:write'],
    either: ['orders:write'],
    both: ['orders:read', 'orders:write', 'x'],
    own: ['own'],
    free: null,
  },
  unknown: {
    any: ['orders:admin', 'orders:write'],
    all: ['orders:read', 'orders:write'],
    either: null,
    both: ['orders:read', 'orders:write', 'x'],
    own: ['own'],
    free: null,
  },
  delegated: {
    any: null,
    all: ['orders:read'],
    either: null,
    both: ['orders:read'],
    own: ['own'],
    free: null,
  },
}

describe.each(['modern', 'legacy'] as const)('%s', (era) => {
  it.each(Object.keys(TABLE) as Caller[])(
    '%s is told what it does not bring, and its call meets that',
    async (caller) => {
      await using client = testClient(shop())
      const asked = { era, headers: headers(caller) }
      // Others before and after: what is kept for one is told to nobody else.
      for (const other of Object.keys(TABLE) as Caller[]) {
        await client.mcp.listTools({ era, headers: headers(other) })
      }
      const { result, response } = await client.mcp.listTools(asked)
      expect(response.text).not.toMatch(/secret|SecretRule|owner|clerk/)
      const tools = result?.['tools'] as unknown as readonly Tool[]
      for (const { name, description, _meta = {} } of tools) {
        const scopes = (_meta['trefoil/scopes'] ?? []) as readonly string[]
        const approval = _meta['trefoil/needs_approval'] === true
        if (name in TABLE[caller]) expect(scopes, name).toEqual(TABLE[caller][name] ?? [])
        expect(description.includes('Needs approval'), name).toBe(approval)
        expect(description.includes('which yours does not have'), name).toBe(scopes.length > 0)
        for (const scope of scopes) expect(description).toContain(scope)
        const called = await client.mcp.callTool(name, {}, asked)
        expect([name, called.response.status]).toEqual([name, scopes.length > 0 ? 403 : 200])
        if (scopes.length > 0) continue
        expect([name, called.text.includes('approval_required')]).toEqual([name, approval])
      }
      expect(tools.map(({ name }) => name)).toEqual([
        ...Object.keys(TABLE[caller]),
        'open',
        'change',
        'asks',
      ])
    },
  )

  it('a search tells it as well', async () => {
    await using client = testClient(shop({ tools: { mode: 'search' } }))
    const described = async (caller: Caller) =>
      (
        await client.mcp.callTool(
          'describe_action',
          { name: 'any' },
          { era, headers: headers(caller) },
        )
      ).text
    expect(JSON.parse(await described('person'))).toMatchObject({ description: 'D.' })
    expect(JSON.parse(await described('person'))).not.toHaveProperty('_meta')
    expect(JSON.parse(await described('agent'))).toMatchObject({
      _meta: { 'trefoil/scopes': ['orders:admin', 'orders:write'] },
    })
  })
})

it('for that no guard is asked once more', async () => {
  await using client = testClient(shop())
  ran = 0
  await client.mcp.listTools({ headers: headers('person') })
  const once = ran
  await client.mcp.listTools({ headers: headers('person') })
  expect(ran).toBe(once * 2)
  expect(once).toBeLessThanOrEqual(1)
})

it('where nobody is told apart, all are told the same text', async () => {
  const app = createApp({ name: 'plain', env: {}, log, publicSurfaces: ['mcp'] })
  app.tool('one', { description: 'O.' }, () => 1)
  await using client = testClient(app)
  expect((await client.mcp.listTools()).result?.['tools']).toEqual([
    expect.objectContaining({ name: 'one', description: 'O.' }),
  ])
})
