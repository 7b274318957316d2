import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { CredentialRefusal } from '../../contract/auth/refusal.ts'
import { jwtAuth } from '../jwt-auth.ts'
import { issue, NOW, requestWith } from './issuer.fixture.ts'
import type { JwtAuthOptions } from './jwt-options.ts'

const SECRET = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const clock = { now: () => NOW * 1000, elapsed: () => 0 }

async function read(
  claims: JwtAuthOptions['claims'],
  payload: object,
  more: Partial<JwtAuthOptions> = {},
) {
  const jwt = jwtAuth({ keys: SECRET, clock, ...(claims === undefined ? {} : { claims }), ...more })
  const answer = await jwt.authenticate(requestWith(issue('HS256', SECRET, { claims: payload })))
  if (CredentialRefusal.is(answer)) return `${answer.code}: ${answer.text}`
  if (!AuthContext.is(answer)) throw new Error('no answer')
  const { subject, roles, scopes, tenant } = answer
  return { subject, roles: [...roles], scopes: [...scopes], tenant }
}

const nothing = { subject: 'u1', roles: [], scopes: [], tenant: null }

describe('usual claims', () => {
  test('P-JWT-6, P-JWT-7, X-06, P-MW-5', async () => {
    expect(
      await read(undefined, {
        roles: ['a'],
        scope: 'r w',
        scp: 'x',
        scopes: ['y'],
        tenant_id: 't',
      }),
    ).toEqual({
      subject: 'u1',
      roles: ['a'],
      scopes: ['r', 'w', 'y', 'x'],
      tenant: 't',
    })
    expect(await read(undefined, { sub: undefined, client_id: 'c' })).toEqual({
      ...nothing,
      subject: 'c',
    })
  })

  test.each([[7], [''], [' '], [null], [['t']], [{}]])(
    'PW-12: a tenant_id of %j refuses the token',
    async (tenant_id) => {
      expect(await read(undefined, { tenant_id })).toBe("invalid_claim: Invalid 'tenant_id' claim")
    },
  )
})

describe('keycloak', () => {
  const payload = {
    typ: 'Bearer',
    azp: 'frontend',
    scope: 'openid profile',
    realm_access: { roles: ['offline_access', 'admin'] },
    resource_access: {
      'orders-api': { roles: ['writer'] },
      account: { roles: ['manage-account'] },
      other: { roles: ['root'] },
    },
    aud: ['orders-api', 'account'],
  }

  test('roles of the realm and of the configured audience, and of no other client', async () => {
    expect(await read('keycloak', payload, { audience: 'orders-api' })).toEqual({
      subject: 'u1',
      roles: ['offline_access', 'admin', 'writer'],
      scopes: ['openid', 'profile'],
      tenant: null,
    })
    expect(await read('keycloak', payload)).toMatchObject({ roles: ['offline_access', 'admin'] })
  })

  test('a top-level claim called roles is none of its', async () => {
    expect(await read('keycloak', { roles: ['admin'], tenant_id: 't' })).toEqual(nothing)
  })

  test.each([['ID'], ['Refresh'], ['Offline'], ['Logout']])(
    'RFC 8725 §3.12: a token of type %s is no access token',
    async (typ) => {
      expect(await read('keycloak', { ...payload, typ })).toMatch(/^wrong_type/)
    },
  )

  test.each([
    ['realm_access', { realm_access: 'admin' }],
    ['realm_access', { realm_access: null }],
    ['realm_access', { realm_access: ['admin'] }],
    ['realm_access.roles', { realm_access: { roles: { admin: true } } }],
    ['realm_access.roles', { realm_access: { roles: [['admin']] } }],
    ['resource_access', { resource_access: 7 }],
    ['resource_access.orders-api', { resource_access: { 'orders-api': ['writer'] } }],
  ])('PW-12: a malformed %s refuses the token', async (_, claims) => {
    expect(
      await read('keycloak', { aud: 'orders-api', ...claims }, { audience: 'orders-api' }),
    ).toMatch(/^invalid_claim/)
  })

  test('azp makes nobody a service', async () => {
    const jwt = jwtAuth({ keys: SECRET, clock, claims: 'keycloak' })
    const answer = await jwt.authenticate(requestWith(issue('HS256', SECRET, { claims: payload })))
    expect(answer).toMatchObject({ kind: 'unknown' })
  })
})

test('auth0: permissions are scopes, the organization is the tenant, roles only where they are said to be', async () => {
  const payload = {
    scope: 'openid',
    permissions: ['orders:read'],
    org_id: 'org_1',
    roles: ['admin'],
    'https://store.example/roles': ['editor'],
  }
  const usual = { subject: 'u1', scopes: ['openid', 'orders:read'], tenant: 'org_1' }
  expect(await read('auth0', payload)).toEqual({ ...usual, roles: [] })
  // The name of a claim, to the letter: its dots mean nothing.
  const own = { preset: 'auth0', roles: 'https://store.example/roles' } as const
  expect(await read(own, payload)).toEqual({ ...usual, roles: ['editor'] })
})

test('entra: scp, roles, tid', async () => {
  const payload = { scp: 'Orders.Read Orders.Write', roles: ['Admin'], tid: 'tenant', scope: 'x' }
  expect(await read('entra', payload)).toEqual({
    subject: 'u1',
    roles: ['Admin'],
    scopes: ['Orders.Read', 'Orders.Write'],
    tenant: 'tenant',
  })
})

describe('claims of one’s own', () => {
  test('a name, several, and paths', async () => {
    const claims = {
      subject: [['user', 'id'], 'sub'],
      roles: ['groups', ['app', 'roles']],
      scopes: 'rights',
      tenant: 'org',
    } as const
    const payload = {
      user: { id: 'u9' },
      groups: 'staff',
      app: { roles: ['a'] },
      rights: 'r w',
      org: 'o',
    }
    expect(await read(claims, payload)).toEqual({
      subject: 'u9',
      roles: ['staff', 'a'],
      scopes: ['r', 'w'],
      tenant: 'o',
    })
    expect(await read(claims, {})).toEqual(nothing)
  })

  test('PW-19: the first that is there counts: nobody is somebody else because one claim is empty', async () => {
    expect(await read({ subject: ['oid', 'sub'] }, { oid: '' })).toMatch("Invalid 'oid' claim")
    expect(await read({ subject: ['oid'] }, {})).toMatch(/^missing_claim/)
  })

  test('what objects inherit is no claim', async () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(await read({ roles: [[name, 'name']], scopes: name }, {})).toEqual(nothing)
    }
  })

  test('PW-12, PW-13: whatever stands there, it is rights, or the token is refused (property)', async () => {
    const claims = {
      preset: 'keycloak',
      scopes: [['deep', 'er', 'scopes'], 'scope'],
      tenant: 't',
    } as const
    const payload = fc.record(
      {
        realm_access: fc.oneof(fc.jsonValue(), fc.record({ roles: fc.jsonValue() })),
        deep: fc.oneof(fc.jsonValue(), fc.record({ er: fc.jsonValue() })),
        scope: fc.jsonValue(),
        t: fc.jsonValue(),
      },
      { requiredKeys: [] },
    )
    await fc.assert(
      fc.asyncProperty(payload, async (given) => {
        const answer = await read(claims, given as object)
        if (typeof answer === 'string') {
          expect(answer).toMatch(/^(invalid_claim|missing_claim|malformed)/)
          return
        }
        const roles = (given as { realm_access?: { roles?: unknown } }).realm_access?.roles ?? []
        expect(answer.roles).toEqual([...new Set([roles].flat())])
      }),
      { numRuns: 300 },
    )
  })
})
