import type { IncomingMessage, ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AuthContext } from '../contract/auth/auth-context.ts'
import { CredentialRefusal } from '../contract/auth/refusal.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import { bearerToken } from '../web/bearer.ts'
import type { IntrospectionOptions } from './introspection/introspection-options.ts'
import { type IntrospectionAuth, introspectionAuth } from './introspection-auth.ts'
import { json, type KeyServer, keyServer } from './jwt/keys/key-server.fixture.ts'

const SECRET = 'secret & of the=client:ä'
const NOW = 1_800_000_000
let now: number
let elapsed: number
const clock = { now: () => now * 1000, elapsed: () => elapsed }

let server: KeyServer
let claims: Record<string, unknown>
let last: { headers: IncomingMessage['headers']; body: string; method: string | undefined } | null
const made: IntrospectionAuth[] = []

beforeEach(async () => {
  now = NOW
  elapsed = 0
  last = null
  claims = { active: true, sub: 'ann', aud: 'orders', iss: 'i', exp: NOW + 600, scope: 'a b' }
  server = await keyServer()
  says((response) => json(response, claims))
})
afterEach(async () => {
  for (const one of made.splice(0)) one.stop()
  await server.close()
})

function says(answer: (response: ServerResponse) => void): void {
  server.answer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString()
    last = { headers: request.headers, body, method: request.method }
    answer(response)
  })
}

function authenticator(more: Partial<IntrospectionOptions> = {}): IntrospectionAuth {
  const options = { url: server.url, clientId: 'the app', clientSecret: SECRET, audience: 'orders' }
  const one = introspectionAuth({ ...options, clock, ...more })
  made.push(one)
  return one
}

function requestWith(authorization: string | null): AuthRequest {
  const headers = new Headers(authorization === null ? {} : { authorization })
  return { bearer: bearerToken(authorization), headers } as unknown as AuthRequest
}

async function outcome(
  one: IntrospectionAuth,
  token = 'opaque-1',
  scheme = 'Bearer',
): Promise<string> {
  try {
    const answer = await one.authenticate(requestWith(`${scheme} ${token}`))
    if (CredentialRefusal.is(answer)) return answer.code
    return AuthContext.is(answer) ? answer.subject : String(answer)
  } catch (error) {
    return `failed: ${(error as Error).message}`
  }
}

describe('asking', () => {
  test('P-PROV-1: RFC 7662: a POST of the token, with the credentials of the client', async () => {
    expect(await outcome(authenticator(), 'opaque-1')).toBe('ann')
    expect(last?.method).toBe('POST')
    expect(last?.body).toBe('token=opaque-1&token_type_hint=access_token')
    const [, basic = ''] = last?.headers.authorization?.split(' ') ?? []
    const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString().split(':')
    // RFC 6749 §2.3.1: as in forms, so that a colon is none.
    expect([id, secret]).toEqual(['the+app', 'secret+%26+of+the%3Dclient%3A%C3%A4'])
    expect(last?.headers['content-type']).toBe('application/x-www-form-urlencoded')
  })

  test('a token cannot add parameters', async () => {
    await outcome(authenticator(), 'a+b=')
    expect(new URLSearchParams(last?.body).getAll('token')).toEqual(['a+b='])
  })

  test('no token, and another scheme, are not its own', async () => {
    const one = authenticator()
    expect(await one.authenticate(requestWith(null))).toBeNull()
    expect(await outcome(one, 'abc', 'Basic')).toBe('null')
    expect(await outcome(one, 'abc', 'DPoP')).toBe('null')
    expect(server.asked).toEqual([])
  })

  test('P-JWT-6, P-JWT-7: who is calling is read as from a JWT', async () => {
    claims = {
      ...claims,
      roles: ['viewer'],
      tenant_id: 't1',
      client_id: 'agent',
      act: { sub: 'agent-7' },
    }
    const answer = await authenticator().authenticate(requestWith('Bearer x'))
    expect(JSON.parse(JSON.stringify(answer))).toMatchObject({
      subject: 'ann',
      tenant: 't1',
      roles: ['viewer'],
      scopes: ['a', 'b'],
      actor: [{ subject: 'agent-7' }],
      expiresAt: NOW + 600,
    })
  })
})

describe('asking anew about calls that go on', () => {
  test('SES-8: whatever maxAge says, a token is asked about once a round, however many streams it has', async () => {
    const one = authenticator({ maxAge: '0s' })
    const round = async () => {
      for (let stream = 0; stream < 50; stream++) {
        expect(await one.recheck?.(requestWith('Bearer x'), AuthContext.prototype)).toBeInstanceOf(
          AuthContext,
        )
      }
    }
    await round()
    expect(server.asked).toHaveLength(1)
    elapsed += 400
    await round()
    expect(server.asked).toHaveLength(2)
    // What begins is asked about each time, and a stream whose token is over ends at the next round.
    await outcome(one, 'x')
    await outcome(one, 'x')
    expect(server.asked).toHaveLength(4)
    claims = { active: false }
    elapsed += 400
    expect(await one.recheck?.(requestWith('Bearer x'), AuthContext.prototype)).toMatchObject({
      code: 'inactive',
    })
  })

  test('SES-8: a question that failed is asked again', async () => {
    const one = authenticator({ maxAge: '0s' })
    says((response) => response.writeHead(500).end())
    await expect(one.recheck?.(requestWith('Bearer x'), AuthContext.prototype)).rejects.toThrow()
    says((response) => json(response, claims))
    elapsed += 400
    expect(await one.recheck?.(requestWith('Bearer x'), AuthContext.prototype)).toBeInstanceOf(
      AuthContext,
    )
  })
})

describe('what a provider may answer', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['inactive', { active: false }, 'inactive'],
    ['inactive, though it says more', { active: false, sub: 'ann', aud: 'orders' }, 'inactive'],
    ['another audience', { aud: 'other' }, 'wrong_audience'],
    ['a list of others', { aud: ['x', 'y'] }, 'wrong_audience'],
    ['no audience', { aud: undefined }, 'wrong_audience'],
    ['an audience of another type', { aud: { orders: true } }, 'wrong_audience'],
    ['expired', { exp: NOW }, 'expired'],
    ['not yet', { nbf: NOW + 1 }, 'not_yet_valid'],
    ['exp as text', { exp: `${NOW + 600}` }, 'invalid_claim'],
    ['nobody', { sub: undefined }, 'missing_claim'],
    ['an empty name', { sub: '' }, 'invalid_claim'],
    ['roles that are none', { roles: 7 }, 'invalid_claim'],
    ['a refresh token', { token_type: 'refresh_token' }, 'wrong_type'],
    ['a type that is no text', { token_type: ['bearer'] }, 'wrong_type'],
    ['bound to a key', { cnf: { jkt: 'A'.repeat(43) } }, 'missing_proof'],
    ['bound to a certificate', { cnf: { 'x5t#S256': 'A'.repeat(43) } }, 'missing_proof'],
    ['bound to what nobody knows', { cnf: { kid: '1' } }, 'invalid_claim'],
  ])('PW-08, PW-12: %s', async (_, more, code) => {
    claims = { ...claims, ...more }
    expect(await outcome(authenticator())).toBe(code)
  })

  test.each(['true', 1, null, undefined, {}, [true]])(
    'PW-14: active is exactly true, not %j',
    async (active) => {
      claims = { ...claims, active }
      expect(await outcome(authenticator())).toMatch('does not say whether a token is active')
    },
  )

  test('RFC 7662 §2.2: without exp it holds for maxAge, and Bearer has no case', async () => {
    claims = { ...claims, exp: undefined, token_type: 'BEARER' }
    expect(await outcome(authenticator({ issuer: ['x', 'i'] }))).toBe('ann')
    expect(await outcome(authenticator({ issuer: 'other' }), 'opaque-2')).toBe('wrong_issuer')
  })

  test.each<[string, (response: ServerResponse) => void]>([
    ['401', (response) => response.writeHead(401).end()],
    ['500', (response) => response.writeHead(500).end('{"active":true}')],
    ['a redirect', (response) => response.writeHead(307, { location: '/other' }).end()],
    ['no JSON', (response) => response.end('<html>')],
    ['a list', (response) => response.end('[{"active":true}]')],
    ['twice the same', (response) => response.end('{"active":false,"active":true}')],
    ['too much', (response) => response.end(`{"active":true,"x":"${'x'.repeat(70_000)}"}`)],
    [
      'half of it',
      (response) =>
        response.writeHead(200, { 'content-length': 99 }).write('{"a', () => response.destroy()),
    ],
  ])('%s is a failure of the service, and not of the token', async (_, answer) => {
    says(answer)
    const one = authenticator()
    const text = await outcome(one, 'the-token-itself')
    expect(text).toMatch(/^failed: Tokens cannot be asked about: http:\/\/127\.0\.0\.1:\d+\/jwks /)
    expect(text).not.toContain('the-token-itself')
    expect(text).not.toContain('secret')
    // Nothing of it is remembered.
    says((response) => json(response, claims))
    expect(await outcome(one, 'the-token-itself')).toBe('ann')
  })

  test('a provider that never answers', async () => {
    server.answer(() => {})
    expect(await outcome(authenticator({ timeout: '50ms' }))).toMatch('does not answer in time')
  })
})

describe('what is remembered', () => {
  test('PW-38: a revocation is seen when maxAge is over, from when it was asked', async () => {
    const one = authenticator()
    expect(await outcome(one)).toBe('ann')
    claims = { active: false }
    elapsed = 59_999
    expect(await outcome(one)).toBe('ann')
    expect(server.asked).toHaveLength(1)
    elapsed = 60_000
    expect(await outcome(one)).toBe('inactive')
    expect(server.asked).toHaveLength(2)
  })

  test('a slow answer is no younger than its question', async () => {
    const one = authenticator()
    says((response) => {
      elapsed += 50_000
      json(response, claims)
    })
    expect(await outcome(one)).toBe('ann')
    elapsed += 10_000
    await outcome(one)
    expect(server.asked).toHaveLength(2)
  })

  test('never beyond exp, and never before nbf, whatever a clock does', async () => {
    claims = { ...claims, exp: NOW + 30, nbf: NOW - 5 }
    const one = authenticator()
    expect(await outcome(one)).toBe('ann')
    now = NOW + 30
    expect(await outcome(one)).toBe('expired')
    now = NOW - 10
    elapsed = 20_000
    expect(await outcome(one)).toBe('not_yet_valid')
  })

  test('an inactive token is asked about again after refusedFor', async () => {
    claims = { active: false }
    const one = authenticator()
    for (let time = 0; time < 10_000; time += 1000) {
      elapsed = time
      expect(await outcome(one)).toBe('inactive')
    }
    expect(server.asked).toHaveLength(1)
    elapsed = 10_000
    await outcome(one)
    expect(server.asked).toHaveLength(2)
  })

  test('maxAge 0s and cacheSize 0 ask with every call', async () => {
    for (const more of [{ maxAge: '0s' }, { cacheSize: 0 }] as const) {
      const one = authenticator(more)
      const before = server.asked.length
      await outcome(one)
      await outcome(one)
      expect(server.asked.length - before).toBe(2)
    }
  })

  test('all who bring the same token at once share one question', async () => {
    const one = authenticator()
    const answers = await Promise.all(Array.from({ length: 50 }, () => outcome(one)))
    expect(new Set(answers)).toEqual(new Set(['ann']))
    expect(server.asked).toHaveLength(1)
  })

  test('with maxAge 0s nobody joins a question that was asked before a revocation', async () => {
    const one = authenticator({ maxAge: '0s' })
    const waiting: ServerResponse[] = []
    says((response) => void waiting.push(response))
    const asked = (count: number) => vi.waitFor(() => expect(waiting).toHaveLength(count))
    const early = outcome(one)
    await asked(1)
    const late = outcome(one)
    await asked(2)
    json(waiting[0] as ServerResponse, claims)
    json(waiting[1] as ServerResponse, { active: false })
    expect(await Promise.all([early, late])).toEqual(['ann', 'inactive'])
  })

  test('BOOT-2: the issuer of development tokens is refused, whoever lists it and wherever', async () => {
    claims['iss'] = 'urn:trefoil:dev'
    vi.stubEnv('TREFOIL_ENV', 'development')
    try {
      expect(await outcome(authenticator())).toBe('wrong_issuer')
      expect(await outcome(authenticator({ issuer: ['i', 'urn:trefoil:dev'] }))).toBe(
        'wrong_issuer',
      )
    } finally {
      vi.unstubAllEnvs()
    }
  })

  test('a flood of unknown tokens neither grows nor pushes out a good one', async () => {
    const one = authenticator({ cacheSize: 20 })
    expect(await outcome(one, 'good')).toBe('ann')
    claims = { active: false }
    await Promise.all(Array.from({ length: 200 }, (_, at) => outcome(one, `junk-${at}`)))
    const before = server.asked.length
    expect(await outcome(one, 'good')).toBe('ann')
    expect(server.asked.length).toBe(before)
  })

  test('what is too long for a token is nobody asked about', async () => {
    expect(await outcome(authenticator(), 'x'.repeat(5000))).toBe('malformed')
    expect(server.asked).toEqual([])
  })

  test('PW-17, PW-02: contexts are frozen, and nothing leads to tokens or the secret', async () => {
    const one = authenticator()
    const answer = await one.authenticate(requestWith('Bearer the-token-itself'))
    expect(
      Object.isFrozen(answer) && AuthContext.is(answer) && Object.isFrozen(answer.claims),
    ).toBe(true)
    const shown = inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one)
    expect(shown).not.toMatch(/the-token-itself|secret/)
    expect(inspect(answer, { depth: 9 })).not.toContain('the-token-itself')
  })
})

describe('what it is told', () => {
  const good = { url: 'https://a.example/', clientId: 'a', clientSecret: 'b', audience: 'c' }
  test.each<[string, object, string]>([
    ['nothing', {}, 'url'],
    ['plain http', { ...good, url: 'http://a.example/' }, 'must be an https address'],
    ['a user in it', { ...good, url: 'https://u:p@a.example/' }, 'must not hold a user'],
    ['no address', { ...good, url: 'introspect' }, 'must be an address'],
    ['no secret', { ...good, clientSecret: undefined }, 'clientSecret'],
    ['no audience', { ...good, audience: undefined }, 'audience'],
    ['null for it', { ...good, audience: null }, 'audience'],
    ['an empty one', { ...good, audience: [] }, 'audience'],
    ['a word that it does not know', { ...good, cache: true }, 'cache'],
    ['a year', { ...good, maxAge: '365d' }, 'maxAge'],
    ['claims of nobody', { ...good, claims: 'other' }, 'introspectionAuth(): claims must'],
  ])('%s', (_, options, message) => {
    expect(() => introspectionAuth(options as never)).toThrow(message)
  })

  test('a provider on this machine is for development', () => {
    expect(introspectionAuth(good).risks).toEqual([])
    expect(introspectionAuth({ ...good, url: 'http://localhost:1/' }).risks).toMatchObject([
      { code: 'local_introspection' },
    ])
    expect(introspectionAuth({ ...good, dpop: { required: true } }).scheme).toMatchObject({
      scheme: 'dpop',
    })
  })
})
