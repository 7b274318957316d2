import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AuthContext } from '../contract/auth/auth-context.ts'
import { CredentialRefusal } from '../contract/auth/refusal.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import type { JwtAuthOptions } from './jwt/jwt-options.ts'
import { jwtAuth } from './jwt-auth.ts'
import { keyRing } from './key-ring.ts'

const SECRET = '0123456789abcdef0123456789abcdef'
const NOW = 1_700_000_000
const V06 =
  'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhZ2VudC0wMDciLCJyb2xlcyI6WyJhZG1pbiJdLCJzY29wZSI6InJlYWQgd3JpdGUiLCJpc3MiOiJodHRwczovL2F1dGguZXhhbXBsZS5jb20iLCJhdWQiOiJteS1hcGkiLCJpYXQiOjE3MDAwMDAwMDAsImV4cCI6MTcwMDAwMzYwMH0.tdajgKNwxaEY1e2VJ0FVBCGwS6mb4v9tVwVXAkph-9c'

const base64url = (text: string) => Buffer.from(text).toString('base64url')

/** Signs any text as payload: what an issuer with the right key may produce. */
function sign(payload: string, header = '{"alg":"HS256"}', secret = SECRET): string {
  const input = `${base64url(header)}.${base64url(payload)}`
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}

const token = (claims: object) => sign(JSON.stringify({ sub: 'u1', exp: NOW + 60, ...claims }))

function authenticator(options: Partial<JwtAuthOptions> = {}, now = { seconds: NOW }) {
  const clock = { now: () => now.seconds * 1000, elapsed: () => 0 }
  const { authenticate } = jwtAuth({ keys: SECRET, clock, ...options })
  // The only member this authenticator reads.
  return async (bearer: string | null) => authenticate({ bearer } as AuthRequest)
}

/** Why a token is refused, in words for its caller. */
async function reason(bearer: string, options: Partial<JwtAuthOptions> = {}): Promise<string> {
  const answer = await authenticator(options)(bearer)
  if (CredentialRefusal.is(answer)) return answer.text
  expect(AuthContext.is(answer)).toBe(true)
  return 'accepted'
}

/** Why a token is refused, for records. */
async function code(bearer: string, options: Partial<JwtAuthOptions> = {}): Promise<unknown> {
  const answer = await authenticator(options)(bearer)
  return CredentialRefusal.is(answer) ? answer.code : answer
}

describe('accepted', () => {
  test('V-06: a token of another implementation', async () => {
    const auth = await authenticator({ issuer: 'https://auth.example.com', audience: 'my-api' })(
      V06,
    )
    expect(AuthContext.is(auth)).toBe(true)
    expect(auth).toMatchObject({ subject: 'agent-007', issuedAt: NOW, expiresAt: NOW + 3600 })
    if (!AuthContext.is(auth)) throw new Error('not accepted')
    expect([...auth.roles]).toEqual(['admin'])
    expect([...auth.scopes]).toEqual(['read', 'write'])
  })

  test('PW-11: no bearer token is not mine', async () => {
    expect(await authenticator()(null)).toBeNull()
  })

  test('P-JWT-11: any overlap of audiences', async () => {
    const many = token({ aud: ['x', 'mine'] })
    expect(await reason(many, { audience: ['other', 'mine'] })).toBe('accepted')
    expect(await reason(many, { audience: ['other'] })).toMatch(/audience mismatch/)
  })

  test('AUTH-9: rotation: a previous key still verifies, a dropped one does not', async () => {
    const old = 'x'.repeat(32)
    const signedWithOld = sign(JSON.stringify({ sub: 'u1', exp: NOW + 60 }), undefined, old)
    expect(await reason(signedWithOld, { keys: keyRing(SECRET, ['y'.repeat(32), old]) })).toBe(
      'accepted',
    )
    expect(await reason(signedWithOld, { keys: keyRing(SECRET, ['y'.repeat(32)]) })).toBe(
      'Invalid JWT signature',
    )
  })

  test('AUTH-9: an expired token of the current key is not tried with older ones', async () => {
    const keys = keyRing(SECRET, ['x'.repeat(32)])
    expect(await reason(token({ exp: NOW - 1 }), { keys })).toBe('Token expired')
  })
})

describe('P-JWT-4: reasons', () => {
  test.each([
    ['not three parts', 'a.b', 'Malformed JWT token'],
    ['header unreadable', `!!.${base64url('{}')}.AA`, 'Malformed JWT token'],
    [
      'other algorithm',
      sign('{"sub":"a"}', '{"alg":"HS512"}'),
      'Unsupported JWT algorithm. Only HS256 is accepted.',
    ],
    ['wrong signature', sign('{}', undefined, 'x'.repeat(32)), 'Invalid JWT signature'],
    [
      'no exp',
      sign('{"sub":"a"}'),
      "Token missing 'exp' (expiry) claim. Tokens without expiry are not accepted.",
    ],
    ['expired', token({ exp: NOW - 1 }), 'Token expired'],
    ['expired at this very second (X-08)', token({ exp: NOW }), 'Token expired'],
    ['nbf ahead', token({ nbf: NOW + 1 }), 'Token not yet valid'],
  ])('%s', async (_, bearer, expected) => {
    expect(await reason(bearer)).toBe(expected)
  })

  test.each([
    [
      'wrong audience',
      { aud: 'other' },
      'Token was not issued for this server (audience mismatch)',
    ],
    ['no audience', {}, 'Token was not issued for this server (audience mismatch)'],
    [
      'an audience that is no text',
      { aud: 7 },
      'Token was not issued for this server (audience mismatch)',
    ],
  ])('PW-08: %s', async (_, claims, expected) => {
    expect(await reason(token(claims), { audience: 'mine' })).toBe(expected)
  })

  test('PW-08: wrong or missing issuer', async () => {
    const expected = 'Token was not issued by the expected issuer'
    expect(await reason(token({ iss: 'evil' }), { issuer: 'good' })).toBe(expected)
    expect(await reason(token({}), { issuer: ['good'] })).toBe(expected)
  })
})

describe('refusals have a code', () => {
  const nested = (depth: number): object =>
    depth === 0 ? { sub: 'a' } : { sub: 'a', act: nested(depth - 1) }
  test.each<[string, string, string, Partial<JwtAuthOptions>?]>([
    ['a.b', 'malformed', 'not three parts'],
    [sign('{}', '{"alg":"RS256"}'), 'wrong_algorithm', 'another algorithm'],
    [sign('{}', undefined, 'x'.repeat(32)), 'bad_signature', 'another key'],
    [token({ exp: NOW }), 'expired', 'expired'],
    [token({ nbf: NOW + 1 }), 'not_yet_valid', 'of tomorrow'],
    [sign('{"sub":"a"}'), 'missing_claim', 'no exp'],
    [token({ iss: 'evil' }), 'wrong_issuer', 'another issuer', { issuer: 'good' }],
    [token({ aud: 'x' }), 'wrong_audience', 'another audience', { audience: 'mine' }],
    [token({ iat: 'x' }), 'invalid_claim', 'a time that is none'],
    [token({ roles: 5 }), 'invalid_claim', 'roles that are none'],
    [token({ sub: undefined }), 'missing_claim', 'nobody'],
    [token({ act: 'agent' }), 'invalid_claim', 'an actor that is none'],
    [token({ act: { client_id: 7 } }), 'invalid_claim', 'an actor without a name'],
    [token({ act: nested(8) }), 'malformed', 'nine actors'],
  ])('AUTH-4: %s is %s: %s', async (bearer, expected, _, options) => {
    expect(await code(bearer, options)).toBe(expected)
  })

  test('RFC 8693 §4.1: the one who acts now comes first', async () => {
    const act = { sub: 'agent', iss: 'i', act: { client_id: 'batch', act: { sub: 'first' } } }
    const auth = await authenticator()(token({ act }))
    if (!AuthContext.is(auth)) throw new Error('not accepted')
    expect(auth.actor).toEqual([
      { subject: 'agent', claims: { sub: 'agent', iss: 'i' } },
      { subject: 'batch', claims: { client_id: 'batch' } },
      { subject: 'first', claims: { sub: 'first' } },
    ])
    expect(await code(token({ act: nested(7) }))).toBeInstanceOf(AuthContext)
  })

  test('a flood of one bad token is answered with one refusal', async () => {
    const authenticate = authenticator()
    const bad = token({ exp: NOW })
    expect(await authenticate(bad)).toBe(await authenticate(bad))
  })
})

describe('V-17: malformed tokens are refused, never a crash', () => {
  const none = `${base64url('{"alg":"none"}')}.${base64url(JSON.stringify({ sub: 'a', exp: NOW + 9 }))}.`
  test.each([
    ['payload [1]', sign('[1]')],
    ['payload 5', sign('5')],
    ['payload null', sign('null')],
    ['payload that is no JSON', sign('{')],
    ['header [1]', sign('{}', '[1]')],
    ['header null', sign('{}', 'null')],
    ['exp as text', token({ exp: '9999999999' })],
    ['exp null', token({ exp: null })],
    ['exp true', token({ exp: true })],
    ['exp NaN', sign(`{"sub":"a","exp":NaN}`)],
    ['exp 1e400', sign(`{"sub":"a","exp":1e400}`)],
    ['nbf as text', token({ nbf: 'x' })],
    ['sub null', token({ sub: null })],
    ['sub 7', token({ sub: 7 })],
    ['sub empty', token({ sub: '' })],
    ['no sub and no client_id', sign(`{"exp":${NOW + 60}}`)],
    ['roles 5', token({ roles: 5 })],
    ['roles null', token({ roles: null })],
    ['roles nested', token({ roles: [['x']] })],
    ['alg none', none],
    ['alg none with a signature', sign('{}', '{"alg":"none"}')],
    ['alg RS256 signed with the secret', sign('{}', '{"alg":"RS256"}')],
    ['no alg', sign('{}', '{}')],
    [
      'an unknown critical extension (PW-14)',
      sign('{}', '{"alg":"HS256","crit":["b64"],"b64":false}'),
    ],
    ['an unknown critical name (PW-14)', sign('{}', '{"alg":"HS256","crit":["x"],"x":1}')],
    ['four parts', `${token({})}.x`],
    ['empty', ''],
    ['dots', '..'],
    ['altered tail bits (PW-18)', `${V06.slice(0, -1)}d`],
    ['junk in the signature (PW-18)', `${V06.slice(0, -4)}!!${V06.slice(-4)}`],
    ['64 KiB of letters', 'a'.repeat(65_536)],
    ['64 KiB of dots', '.'.repeat(65_536)],
    ['a huge payload, well signed', token({ pad: 'x'.repeat(65_536) })],
  ])('%s', async (_, bearer) => {
    expect(await reason(bearer)).not.toBe('accepted')
  })

  test('PW-12: any JSON as payload and header is accepted or refused, nothing else (property)', async () => {
    const claim = fc.constantFrom(
      'sub',
      'exp',
      'nbf',
      'iat',
      'aud',
      'iss',
      'roles',
      'scope',
      'scp',
      'act',
      '__proto__',
    )
    const payload = fc.oneof(
      fc.json(),
      fc.dictionary(claim, fc.jsonValue()).map((claims) => JSON.stringify(claims)),
    )
    const header = fc.oneof(fc.constant('{"alg":"HS256"}'), fc.json())
    await fc.assert(
      fc.asyncProperty(payload, header, async (text, head) => {
        expect(await reason(sign(text, head), { audience: 'a' })).not.toBe('')
      }),
      { numRuns: 200 },
    )
  })

  test('PW-18: each part has one spelling: no other last character is accepted', async () => {
    const [header = '', payload = '', signature = ''] = V06.split('.')
    for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=') {
      const other = `${signature.slice(0, -1)}${char}`
      if (other === signature) continue
      expect(await reason(`${header}.${payload}.${other}`), other).not.toBe('accepted')
    }
  })

  test('PW-18: changing any character of a token refuses it (property)', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.='
    const good = token({})
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.constantFrom(...alphabet), async (at, char) => {
        fc.pre(good[at] !== char)
        const bad = good.slice(0, at) + char + good.slice(at + 1)
        expect(await reason(bad)).not.toBe('accepted')
      }),
    )
  })
})

describe('clock tolerance', () => {
  test('JWT-7: forgives that much and no more', async () => {
    const tolerant = { clockTolerance: '30s' }
    expect(await reason(token({ exp: NOW - 29 }), tolerant)).toBe('accepted')
    expect(await reason(token({ exp: NOW - 30 }), tolerant)).toBe('Token expired')
    expect(await reason(token({ nbf: NOW + 30 }), tolerant)).toBe('accepted')
    expect(await reason(token({ nbf: NOW + 31 }), tolerant)).toBe('Token not yet valid')
  })
})

describe('cache', () => {
  test('P-JWT-8: a hit skips the cryptography and gives the very same frozen context', async () => {
    const authenticate = authenticator()
    const bearer = token({ roles: ['viewer'], deep: { list: [1] } })
    const first = await authenticate(bearer)
    if (!AuthContext.is(first)) throw new Error('not accepted')
    // Verified again, it would be another one: contexts are made anew each time.
    expect(await authenticate(bearer)).toBe(first)
    // PW-17: nothing one request does to it reaches the next.
    expect(() => (first.claims['roles'] as string[]).push('admin')).toThrow(TypeError)
    expect(() => Object.assign(first.claims['deep'] as object, { x: 1 })).toThrow(TypeError)
    expect(() => (first.roles as Set<string>).add('admin')).toThrow(TypeError)
  })

  test('P-JWT-8: expiry is checked again on a hit', async () => {
    const now = { seconds: NOW }
    const authenticate = authenticator({}, now)
    const bearer = token({ exp: NOW + 60 })
    await authenticate(bearer)
    now.seconds = NOW + 59
    await expect(authenticate(bearer)).resolves.not.toBeNull()
    now.seconds = NOW + 60
    await expect(authenticate(bearer)).resolves.toMatchObject({ text: 'Token expired' })
  })

  test('P-JWT-8: a failure is not kept', async () => {
    const now = { seconds: NOW }
    const authenticate = authenticator({}, now)
    const bearer = token({ nbf: NOW + 10, exp: NOW + 60 })
    await expect(authenticate(bearer)).resolves.toMatchObject({ code: 'not_yet_valid' })
    now.seconds = NOW + 10
    await expect(authenticate(bearer)).resolves.toMatchObject({ subject: 'u1' })
  })

  test('P-JWT-1: size 0 verifies every time', async () => {
    const authenticate = authenticator({ cacheSize: 0 })
    const bearer = token({})
    expect(await authenticate(bearer)).not.toBe(await authenticate(bearer))
  })
})

describe('construction', () => {
  test.each<[string, Partial<JwtAuthOptions>, string]>([
    [
      'a short key (PW-26)',
      { keys: 'x'.repeat(31) },
      'jwtAuth(): keys must be at least 32 bytes for HS256, got 31; make one with: openssl rand -base64 48',
    ],
    ['a short previous key', { keys: keyRing(SECRET, ['old']) }, 'at least 32 bytes'],
    [
      'an empty key',
      { keys: '' },
      'jwtAuth(): keys must be non-empty text or bytes, got empty text; is the variable',
    ],
    ['an empty issuer', { issuer: '' }, 'jwtAuth(): issuer must be non-empty text or a list of it'],
    ['no audience in the list', { audience: [] }, 'jwtAuth(): audience must be non-empty text'],
    ['an empty audience in the list', { audience: ['a', ''] }, 'jwtAuth(): audience'],
    [
      'too much tolerance',
      { clockTolerance: '61s' },
      'jwtAuth(): clockTolerance must be a duration from 0s to 60s',
    ],
    ['a tolerance that is none', { clockTolerance: 'soon' }, 'clockTolerance'],
    ['no algorithm', { algorithms: [] }, "jwtAuth(): algorithms must be a list, such as ['RS256']"],
    ['a cache size that is none', { cacheSize: -1 }, 'jwtAuth(): cacheSize must be a whole number'],
  ])('PW-26: %s is a start-up mistake', (_, options, message) => {
    const make = () => jwtAuth({ keys: SECRET, ...options })
    expect(make).toThrow(ImproperlyConfigured)
    expect(make).toThrow(message)
  })

  test('PW-26: another algorithm is a start-up mistake', () => {
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => jwtAuth({ keys: SECRET, algorithms: ['RS256'] })).toThrow(ImproperlyConfigured)
  })
})
