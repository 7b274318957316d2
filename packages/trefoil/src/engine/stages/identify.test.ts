import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import { refusal } from '../../contract/auth/refusal.ts'
import { emptyAction } from '../../contract/call/action.ts'
import type { AuthRequest, Call } from '../../contract/call/call.ts'
import { AuthenticationError, HttpError, type Problem } from '../../contract/problems/problem.ts'
import { guard } from '../../policy/guards/own-guard.ts'
import { hasRole, hasScope } from '../../policy/guards/roles-and-scopes.ts'
import {
  authEntry,
  type CallOptions,
  knownAs,
  prepareCall,
  problemOf,
  resultOf,
  startCall,
} from '../call.fixture.ts'
import { identifyStage } from './identify.ts'

function authed(entry: Partial<AuthEntry>, more: CallOptions = {}): CallOptions {
  return { ...more, app: { auth: { api: authEntry(entry) } } }
}

const bearer = { headers: ['Authorization', 'Bearer t'] }
const user = new AuthContext({ subject: 'u', roles: ['admin'] })

describe('answers of an authenticator', () => {
  test('AUTH-4: a context lets the call in, now or later', async () => {
    const handler = (_: unknown, call: Call) => call.auth
    expect(
      await resultOf(authed({ authenticate: (_request) => user }, { action: { handler } })),
    ).toBe(user)
    expect(
      await resultOf(authed({ authenticate: async (_request) => user }, { action: { handler } })),
    ).toBe(user)
  })

  test.each([
    undefined,
    true,
    'u',
    {},
    { subject: 'u', roles: new Set(['admin']) },
    Object.create(AuthContext.prototype),
  ])('AUTH-4: %o denies', async (answer) => {
    // What JavaScript authenticators may return.
    const { outcome, log } = startCall(authed({ authenticate: () => answer }))
    expect(await outcome).toMatchObject({
      kind: 'problem',
      problem: {
        code: 'AUTHENTICATION_ERROR',
        status: 401,
        headers: { 'www-authenticate': 'Bearer' },
      },
    })
    expect(log.map(({ message }) => message)).toEqual([
      "Authenticator 'test' gave no answer: return an AuthContext, refusal(code), or null",
    ])
  })

  test('PW-11: null is no credential of mine, and no mistake', async () => {
    const { outcome, log, call } = startCall(authed({ authenticate: () => null }))
    expect(await outcome).toMatchObject({ kind: 'problem', problem: { status: 401 } })
    expect(log).toEqual([])
    expect(call.refusal).toBeNull()
  })

  test('PW-22: the challenge says why only when a credential was sent', async () => {
    const authenticate = (_request: unknown) => {
      throw new AuthenticationError('Token "old" expired')
    }
    expect(await problemOf(authed({ authenticate }, bearer))).toMatchObject({
      detail: 'Unauthorized',
      headers: {
        'www-authenticate':
          'Bearer error="invalid_token", error_description="Token \\"old\\" expired"',
      },
    })
    expect(await problemOf(authed({ authenticate }))).toMatchObject({
      headers: { 'www-authenticate': 'Bearer' },
    })
  })

  test('one refusal serves all calls that are refused alike, and none can change it', async () => {
    let reason = 'a'
    const authenticate = (_request: unknown) => {
      throw new AuthenticationError(reason)
    }
    const stage = identifyStage(emptyAction('test.action'), authEntry({ authenticate }), 'api')
    if (stage === null) throw new Error('no stage')
    const refused = async (options: CallOptions) =>
      (await stage(prepareCall(options).call)) as Problem
    const first = await refused(bearer)
    expect(await refused(bearer)).toBe(first)
    expect(() => Object.assign(first, { status: 200 })).toThrow(TypeError)
    expect(Object.isFrozen(first.headers)).toBe(true)
    expect(await refused({})).not.toBe(first)
    reason = 'b'
    const second = await refused(bearer)
    expect(second.headers?.['www-authenticate']).toContain('"b"')
    // Reasons may be text of the caller: they must not fill the memory.
    for (let index = 0; index < 100; index++) {
      reason = `made up ${index}`
      expect((await refused(bearer)).headers?.['www-authenticate']).toContain(`"${reason}"`)
    }
    expect(await refused(bearer)).not.toBe(await refused(bearer))
  })

  test('a refusal that is returned where a throw would be dear is the same refusal', async () => {
    const authenticate = () => refusal('expired', { text: 'returned' })
    expect(await problemOf(authed({ authenticate }, bearer))).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer error="invalid_token", error_description="returned"' },
    })
  })

  test('PW-22, W-34: no bearer token is asked for where another scheme is known', async () => {
    const schemes = [{ type: 'apiKey', in: 'header', name: 'X-Api-Key' }] as const
    const challenge = async (entry: Partial<AuthEntry>) =>
      (await problemOf(authed({ schemes, ...entry }))).headers?.['www-authenticate']
    expect(await challenge({})).toBe('ApiKey in="header", name="X-Api-Key"')
    const authenticate = (_request: unknown) => {
      throw new AuthenticationError('Unknown key')
    }
    expect(await challenge({ authenticate })).toBe(
      'ApiKey in="header", name="X-Api-Key", error="invalid_token", error_description="Unknown key"',
    )
  })

  test('FND-36: a thrown problem keeps its status, anything else is a failure of ours', async () => {
    const locked = async () => {
      throw new HttpError(429, 'Locked out')
    }
    expect(await problemOf(authed({ authenticate: locked }))).toMatchObject({ status: 429 })
    const crash = () => {
      throw new Error('redis://user:secret@db')
    }
    const { log, outcome } = startCall(authed({ authenticate: crash }, bearer))
    const ended = await outcome
    expect(ended).toMatchObject({
      kind: 'problem',
      problem: { code: 'authenticator_unavailable', status: 503, headers: { 'retry-after': '5' } },
    })
    expect(JSON.stringify(ended)).not.toContain('secret')
    expect(log.map(({ message }) => message)).toEqual(["Authenticator 'test' failed"])
  })

  test('AUTH-4: it runs once, and not at all where the action is public', async () => {
    let runs = 0
    const authenticate = (_request: unknown) => {
      runs++
      return user
    }
    await resultOf(authed({ authenticate }))
    expect(runs).toBe(1)
    const handler = (_: unknown, call: Call) => call.auth
    const action = { handler, public: { api: true, mcp: false, cli: false } }
    expect(await resultOf(authed({ authenticate }, { ...bearer, action }))).toBeNull()
    expect(runs).toBe(1)
  })
})

describe('onAuthenticated', () => {
  test('PW-03: a role it takes away is gone for every guard', async () => {
    const config = {
      authenticate: (_request) => user,
      onAuthenticated: () => new AuthContext({ subject: 'u' }),
    }
    const action = { guards: [hasRole('admin')] }
    expect(await problemOf(authed(config, { action }))).toMatchObject({
      code: 'ACCESS_DENIED',
      detail: 'Requires any of roles [admin], but client has [(none)]',
    })
  })

  test('PW-03: nothing returned keeps the context; a throw, or something else, lets nobody in', async () => {
    const handler = (_: unknown, call: Call) => call.auth?.subject
    const authenticate = async (_request: unknown) => user
    expect(
      await resultOf(
        authed({ authenticate, onAuthenticated: () => undefined }, { action: { handler } }),
      ),
    ).toBe('u')
    const crash = async () => {
      throw new Error('database is down')
    }
    const { call, outcome } = startCall(authed({ authenticate, onAuthenticated: crash }))
    expect(await outcome).toMatchObject({ kind: 'problem', problem: { status: 503 } })
    expect(call.auth).toBeNull()
    // What JavaScript hooks may return.
    const wrong = { authenticate, onAuthenticated: () => ({ subject: 'root' }) as AuthContext }
    expect(await problemOf(authed(wrong))).toMatchObject({ status: 401 })
  })
})

describe('credentials', () => {
  test('PW-02: the authenticator sees them, the handler does not', async () => {
    const headers = ['Authorization', 'Bearer tok', 'Cookie', 's=1', 'X-API-Key', 'k', 'X-Tag', 'v']
    let seen: unknown[] = []
    const authenticate = (request: AuthRequest) => {
      seen = [request.bearer, request.headers.get('cookie'), request.headers.get('x-api-key')]
      return user
    }
    const handler = (_: unknown, { request }: Call) =>
      ['authorization', 'cookie', 'x-api-key', 'x-tag'].map((name) => request.headers.get(name))
    expect(await resultOf(authed({ authenticate }, { headers, action: { handler } }))).toEqual([
      null,
      null,
      null,
      'v',
    ])
    expect(seen).toEqual(['tok', 's=1', 'k'])
  })

  test('W-31b: source, action and request are known to the authenticator', async () => {
    const seen: unknown[] = []
    const authenticate = ({ source, entrypoint, requestId, action, request }: AuthRequest) => {
      seen.push(source, entrypoint, requestId, action?.name, request.path)
      return user
    }
    await resultOf(authed({ authenticate }))
    expect(seen).toEqual(['api', 'server', 'r1', 'test.action', '/test'])
  })
})

describe('guards', () => {
  const known = { app: { auth: { api: knownAs({ subject: 'u' }) } } }
  const asking = (check: () => boolean | Promise<boolean>) => guard({ name: 'Own', check })

  test('P-GRD-3: a denial names guard and action, and asks for missing scopes', async () => {
    const action = { guards: [hasScope('w', 'r')] }
    expect(await problemOf({ ...known, action })).toMatchObject({
      code: 'ACCESS_DENIED',
      status: 403,
      details: { guard: 'HasScope', action: 'test.action' },
      headers: { 'www-authenticate': 'Bearer error="insufficient_scope", scope="r w"' },
    })
    const roles = await problemOf({ ...known, action: { guards: [hasRole('a')] } })
    expect(roles.headers).toBeUndefined()
  })

  test.each([1, 'yes', {}, null, undefined])('W-9: the answer %o denies', async (answer) => {
    // What JavaScript guards may return.
    const value = answer as boolean
    for (const check of [() => value, async () => value]) {
      expect(await problemOf({ ...known, action: { guards: [asking(check)] } })).toMatchObject({
        code: 'ACCESS_DENIED',
      })
    }
  })

  test('P-PIPE-3: a guard that throws denies; the first denial ends it', async () => {
    let later = 0
    const guards = [
      asking(async () => {
        throw new Error('secret')
      }),
      asking(() => ++later > 0),
    ]
    const { log, outcome } = startCall({ ...known, action: { guards } })
    expect(await outcome).toMatchObject({
      kind: 'problem',
      problem: { detail: 'Access denied by Own' },
    })
    expect(later).toBe(0)
    expect(log.map(({ message }) => message)).toEqual(['Guard failed'])
  })

  test('PW-04, P-GRD-5: a guard never sees an anonymous caller', async () => {
    let asked = 0
    const guards = [asking(() => ++asked > 0)]
    expect(await problemOf({ action: { guards } })).toMatchObject({ code: 'AUTHENTICATION_ERROR' })
    expect(asked).toBe(0)
  })

  test('X-02: call.authorize asks the same guard in the handler', async () => {
    const handler = async (_: unknown, call: Call) => {
      await call.authorize(hasRole('admin'))
      return 'in'
    }
    expect(await problemOf({ ...known, action: { handler } })).toMatchObject({
      code: 'ACCESS_DENIED',
    })
    const admin = { app: { auth: { api: knownAs({ subject: 'u', roles: ['admin'] }) } } }
    expect(await resultOf({ ...admin, action: { handler } })).toBe('in')
    expect(await problemOf({ action: { handler } })).toMatchObject({ code: 'AUTHENTICATION_ERROR' })
  })
})
