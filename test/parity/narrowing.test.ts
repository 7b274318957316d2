// What `onAuthenticated` and `kinds` may not do, over every surface.
import { createApp } from 'trefoil'
import { type AuthConfig, AuthContext } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { alike, everywhere, Lines } from '../findings/surfaces.ts'

const ALL = ['api', 'mcp', 'cli'] as const

function built(entry: Partial<AuthConfig>) {
  const lines = new Lines()
  const app = createApp({
    name: 'narrowing',
    env: {},
    log: { logger: lines.logger },
    auth: [
      {
        authenticate: (_request) => new AuthContext({ subject: 'ada', roles: ['viewer'] }),
        surfaces: ALL,
        ...entry,
      } as AuthConfig<typeof ALL>,
    ],
  })
  app.post(
    '/who',
    { name: 'who', description: 'Who calls.', tool: true, cli: true },
    (_, call) => ({
      roles: [...call.auth.roles],
      tenant: call.auth.tenant,
    }),
  )
  return { app, lines }
}

/** What each surface gave: the value, or the code of the problem. */
async function outcomes(entry: Partial<AuthConfig>) {
  const logged: string[] = []
  const seen = await everywhere(
    () => built(entry),
    async (surface, { lines }) => {
      const answer = await surface.call('who', {}, { token: 'any' })
      logged.push(...lines.at('error').map(({ message }) => String(message)))
      return answer.problem?.['code'] ?? answer.value
    },
  )
  return { seen, logged }
}

describe('onAuthenticated may only narrow', () => {
  test('a role that goes is gone everywhere (PW-03)', async () => {
    const { seen } = await outcomes({
      onAuthenticated: (auth) => new AuthContext({ ...auth, roles: [] }),
    })
    expect(seen).toEqual(alike({ roles: [], tenant: null }))
  })

  test.each<[string, object]>([
    ['roles', { roles: ['admin'] }],
    ['tenant', { tenant: 'acme' }],
    ['subject', { subject: 'root' }],
    ['kind', { kind: 'person' }],
  ])('%s that come are a mistake of the app, and nobody gets in', async (what, more) => {
    const { seen, logged } = await outcomes({
      onAuthenticated: (auth) => new AuthContext({ ...auth, ...more }),
    })
    expect(seen).toEqual(alike('authenticator_unavailable'))
    expect(new Set(logged)).toEqual(
      new Set([
        expect.stringContaining(`gave more than the credential does: ${what}. Write widens: true`),
      ]),
    )
  })

  test('widens: true says that it is meant', async () => {
    const { seen } = await outcomes({
      widens: true,
      onAuthenticated: (auth) => new AuthContext({ ...auth, roles: ['admin'], tenant: 'acme' }),
    })
    expect(seen).toEqual(alike({ roles: ['admin'], tenant: 'acme' }))
  })
})

describe('an authenticator gives no kind that its kinds do not name', () => {
  const authenticator = (kinds: readonly string[]) =>
    ({
      name: 'own',
      kinds,
      authenticate: (_request: unknown) => new AuthContext({ subject: 'ada', kind: 'person' }),
    }) as never

  test('nobody gets in', async () => {
    const { seen, logged } = await outcomes({ authenticate: authenticator(['agent']) })
    expect(seen).toEqual(alike('authenticator_unavailable'))
    expect(logged.join()).toContain('of a kind that its kinds do not name')
    const { seen: fits } = await outcomes({ authenticate: authenticator(['person']) })
    expect(fits).toEqual(alike({ roles: [], tenant: null }))
  })

  test.each([[[]], ['agent'], [['robot']], [[1]]])('kinds: %o is no list of them', (kinds) => {
    expect(() => built({ authenticate: authenticator(kinds as never) })).toThrow(
      "kinds of 'own' must be a list out of 'person', 'agent', 'service' and 'unknown'",
    )
  })
})
