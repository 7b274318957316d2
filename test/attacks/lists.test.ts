// Lists and calls must not disagree: a tool that is listed and refused leads agents astray, one that is
// hidden and open is a way in that nobody looks at.
import fc from 'fast-check'
import { createApp } from 'trefoil'
import {
  AuthContext,
  allOf,
  anyOf,
  type Guard,
  guard,
  hasAllScopes,
  hasRole,
  hasScope,
  inputGuard,
} from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { expect, test, vi } from 'vitest'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const auth = [
  {
    surfaces: ['api', 'mcp', 'cli'] as const,
    authenticate: (_request) => new AuthContext({ subject: 'ada' }),
  },
]

function appWith(guards: Readonly<Record<string, readonly Guard[]>>) {
  const app = createApp({ name: 'lists', agentWrites: 'allow', log: { logger: silent }, auth })
  for (const [name, own] of Object.entries(guards)) {
    app.get(`/${name}`, { name, description: 'One.', guards: own, tool: true, cli: true }, () => 1)
  }
  return app
}

async function listed(client: ReturnType<typeof testClient>): Promise<readonly string[]> {
  return namesOf((await client.mcp.listTools()).result)
}

function namesOf(result: Readonly<Record<string, unknown>> | null): readonly string[] {
  const tools: unknown = result?.['tools']
  return (Array.isArray(tools) ? tools : []).map(({ name }) => String(name))
}

const RIGHTS = fc.record({
  roles: fc.subarray(['r1', 'r2']),
  scopes: fc.subarray(['s1', 's2']),
  tenant: fc.constantFrom(null, 't1', 't2'),
})
const SIMPLE = fc.oneof(
  fc.subarray(['r1', 'r2'], { minLength: 1 }).map((roles) => hasRole(...roles)),
  fc.subarray(['s1', 's2'], { minLength: 1 }).map((scopes) => hasScope(...scopes)),
  fc.subarray(['s1', 's2'], { minLength: 1 }).map((scopes) => hasAllScopes(...scopes)),
  fc.constant(guard({ name: 'T1', check: ({ tenant }) => tenant === 't1' })),
  fc.constant(guard({ name: 'LateT2', check: async ({ tenant }) => tenant === 't2' })),
)
const PARTS = fc.array(SIMPLE, { minLength: 1, maxLength: 3 })
const GUARD = fc.oneof(
  SIMPLE,
  PARTS.map((parts) => allOf(...parts)),
  PARTS.map((parts) => anyOf(...parts)),
  fc
    .array(PARTS, { minLength: 1, maxLength: 2 })
    .map((groups) => anyOf(...groups.map((parts) => allOf(...parts)))),
)

test('SURF-3: listed ⊆ allowed but for scopes, and allowed ⊆ listed, for random callers and guards', async () => {
  await fc.assert(
    fc.asyncProperty(
      RIGHTS,
      fc.array(fc.array(GUARD, { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
      async (rights, drawn) => {
        const app = appWith(Object.fromEntries(drawn.map((own, index) => [`a${index}`, own])))
        const as = { subject: 'ada', ...rights }
        await using client = testClient(app, { as })
        // The token that has every scope there is: what it still may not do, no token helps with.
        await using best = testClient(app, { as: { ...as, scopes: ['s1', 's2'] } })
        const names = new Set(await listed(client))
        for (let index = 0; index < drawn.length; index++) {
          const name = `a${index}`
          const call = (await client.mcp.callTool(name)).isSuccess
          const bestCall = (await best.mcp.callTool(name)).isSuccess
          if (call) expect(names).toContain(name)
          expect(names.has(name)).toBe(bestCall)
        }
      },
    ),
    { numRuns: 40 },
  )
})

test('P-VIS-1: of guards in one guard each has a say, whatever stands before it', async () => {
  const input = inputGuard({ name: 'Input', check: () => true })
  const app = appWith({
    role_behind_scope: [allOf(hasScope('s1'), hasRole('admin'))],
    role_deep: [allOf(hasScope('s1'), anyOf(hasRole('admin'), hasRole('boss')))],
    role_behind_input: [allOf(input, hasRole('admin'))],
    either_scope: [anyOf(hasRole('admin'), hasScope('s1'))],
    either_input: [anyOf(hasRole('admin'), input)],
    scope_only: [allOf(hasScope('s1'), hasRole('user'))],
  })
  await using client = testClient(app, { as: { subject: 'ada', roles: ['user'] } })
  const names = ['either_scope', 'either_input', 'scope_only']
  expect(await listed(client)).toEqual(names)
  const document = JSON.parse((await client.http.get('/openapi.json')).text)
  expect(Object.keys(document.paths)).toEqual(names.map((name) => `/${name}`))
})

test('P-VIS-1, PW-20: a guard that throws, never settles or answers nonsense hides its action, in bounded time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const check = (answer: () => unknown) => guard({ name: 'Own', check: answer as () => boolean })
    const app = appWith({
      open: [],
      throws: [
        check(() => {
          throw new Error('no database')
        }),
      ],
      rejects: [check(() => Promise.reject(new Error('no database')))],
      never: [check(() => new Promise(() => {}))],
      truthy: [check(() => ({ allow: 'yes' }))],
      proxy: [
        check(
          () =>
            new Proxy(
              {},
              {
                get: () => {
                  throw new Error('hostile')
                },
              },
            ),
        ),
      ],
      input: [
        inputGuard({
          name: 'Input',
          check: () => {
            throw new Error('asked without input')
          },
        }),
      ],
    })
    await using client = testClient(app)
    const listing = listed(client)
    await vi.advanceTimersByTimeAsync(1000)
    // What reads arguments has none to judge, and hides nothing.
    expect(await listing).toEqual(['open', 'input'])
  } finally {
    vi.useRealTimers()
  }
})

test('SURF-3: list and call agree under load, each caller by what they are', async () => {
  const app = createApp({
    name: 'load',
    agentWrites: 'allow',
    log: { logger: silent },
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: async (request) => {
          await new Promise((resolve) => setImmediate(resolve))
          const role = request.headers.get('authorization')?.slice(7) ?? ''
          return new AuthContext({ subject: role, roles: [role] })
        },
      },
    ],
  })
  for (let index = 0; index < 50; index++) {
    const late = guard({
      name: 'Late',
      check: async ({ roles }) => {
        await new Promise((resolve) => setImmediate(resolve))
        return roles.has(`r${index}`)
      },
    })
    app.get(
      `/a${index}`,
      { name: `a${index}`, description: 'One.', guards: [late], tool: true, cli: true },
      () => 1,
    )
  }
  await using client = testClient(app)
  const asked = Array.from({ length: 50 }, async (_, index) => {
    const { result } = await client.mcp.listTools({ token: `r${index}` })
    const names = namesOf(result)
    const own = await client.mcp.callTool(`a${index}`, {}, { token: `r${index}` })
    const other = await client.mcp.callTool(`a${(index + 1) % 50}`, {}, { token: `r${index}` })
    return [names, own.isSuccess, other.isSuccess]
  })
  expect(await Promise.all(asked)).toEqual(
    Array.from({ length: 50 }, (_, index) => [[`a${index}`], true, false]),
  )
})

test('PW-20: what a guard opened for a list is closed, and the list is no record of the actions', async () => {
  const records: unknown[] = []
  const app = createApp({
    name: 'records',
    agentWrites: 'allow',
    log: { logger: silent, onCall: ({ action }) => void records.push(action) },
    auth,
  })
  let seen = ''
  const own = guard({
    name: 'Own',
    check: (_auth, call) => {
      seen = call.action.name
      return true
    },
  })
  app.get('/a', { name: 'one', description: 'One.', guards: [own], tool: true }, () => 1)
  await using client = testClient(app)
  expect(await listed(client)).toEqual(['one'])
  expect(seen).toBe('one')
  expect(records).toEqual([null])
})
