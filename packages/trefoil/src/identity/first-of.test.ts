import { expect, test } from 'vitest'
import { AuthContext } from '../contract/auth/auth-context.ts'
import type { Authenticator } from '../contract/auth/authenticator.ts'
import { CredentialRefusal, refusal } from '../contract/auth/refusal.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { bearerToken } from '../web/bearer.ts'
import { firstOf } from './first-of.ts'
import { jwtAuth } from './jwt-auth.ts'

const SECRET = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'
const jwt = jwtAuth({ keys: SECRET })
const ann = new AuthContext({ subject: 'ann' })

/** Takes any bearer token that it knows, and refuses the others. */
function opaque(asked: string[] = [], name = 'opaque'): Authenticator {
  return {
    name,
    scheme: { type: 'http', scheme: 'bearer' },
    authenticate({ bearer }) {
      if (bearer === null) return null
      asked.push(bearer)
      return bearer === 'of-ann' ? ann : refusal('inactive')
    },
  }
}

const session: Authenticator = {
  name: 'session',
  scheme: { type: 'apiKey', in: 'cookie', name: 'sid' },
  authenticate: (_) => null,
}

function requestWith(authorization: string | null, more: object = {}): AuthRequest {
  const headers = new Headers(authorization === null ? {} : { authorization })
  const request = {
    bearer: bearerToken(authorization),
    headers,
    signal: new AbortController().signal,
  }
  return { ...request, ...more } as unknown as AuthRequest
}

async function outcome(
  authenticator: Authenticator,
  authorization: string | null,
): Promise<string> {
  const answer: unknown = await authenticator.authenticate(requestWith(authorization))
  if (CredentialRefusal.is(answer)) return answer.code
  return AuthContext.is(answer) ? answer.subject : String(answer)
}

const signed = async (claims: object) => `Bearer ${await jwt.createToken({ ...claims })}`

test('P-PROV-1, PW-11: a JWT and an opaque token, in one header', async () => {
  const asked: string[] = []
  const both = firstOf(jwt, opaque(asked))
  expect(await outcome(both, await signed({ sub: 'agent-7' }))).toBe('agent-7')
  expect(await outcome(both, 'Bearer of-ann')).toBe('ann')
  expect(await outcome(both, 'Bearer of-nobody')).toBe('inactive')
  expect(await outcome(both, null)).toBe('null')
  expect(asked).toEqual(['of-ann', 'of-nobody'])
})

test('a bad JWT is refused for good, whatever is wrong with it', async () => {
  const asked: string[] = []
  const both = firstOf(jwt, opaque(asked))
  const token = await signed({ sub: 'agent-7' })
  const other = await jwtAuth({ keys: `${SECRET}-other` }).createToken({ sub: 'agent-7' })
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const bad: readonly (readonly [string, string])[] = [
    [`Bearer ${other}`, 'bad_signature'],
    [`Bearer ${await jwt.createToken({ sub: 'a' }, { expiresIn: '-1m' })}`, 'expired'],
    [`${token}=`, 'bad_signature'],
    [`Bearer ${part({ alg: 'none' })}.${part({ sub: 'a' })}.x`, 'wrong_algorithm'],
    [`Bearer ${part({ alg: 'none' })}.${part({ sub: 'a' })}.`, 'wrong_algorithm'],
    [`Bearer ${Buffer.from(' \n{"alg":"HS256"').toString('base64url')}.x.y`, 'malformed'],
  ]
  for (const [authorization, code] of bad) {
    expect(await outcome(both, authorization), authorization).toBe(code)
  }
  expect(asked).toEqual([])
})

test('alone with its header, jwtAuth says that an opaque token is malformed', async () => {
  expect(await outcome(jwt, 'Bearer of-ann')).toBe('malformed')
  expect(await outcome(firstOf(jwt, session), 'Bearer of-ann')).toBe('malformed')
  expect(await outcome(firstOf(session, jwt), 'Bearer of-ann')).toBe('malformed')
})

test('a token that nobody takes is refused as the first of them refuses it', async () => {
  const never: Authenticator = { name: 'never', authenticate: (_) => null }
  expect(await outcome(firstOf(jwt, never), 'Bearer of-ann')).toBe('malformed')
  const later: Authenticator = { name: 'later', authenticate: async (_) => null }
  expect(await outcome(firstOf(jwt, later, session), 'Bearer of-ann')).toBe('malformed')
  expect(await outcome(firstOf(jwt, later, session), null)).toBe('null')
})

test('the one that comes first has the last word about all it takes', async () => {
  const asked: string[] = []
  expect(await outcome(firstOf(opaque(asked), jwt), await signed({ sub: 'a' }))).toBe('inactive')
  expect(asked).toHaveLength(1)
})

test('joined again it is the same: what is inside is still told apart', async () => {
  const both = firstOf(firstOf(jwt, session), opaque())
  expect(await outcome(both, 'Bearer of-ann')).toBe('ann')
  expect(both.name).toBe('firstOf(firstOf(jwtAuth, session), opaque)')
})

test('a header of its own is its own, whatever stands in it', async () => {
  const own = jwtAuth({ keys: SECRET, header: 'x-token' })
  const request = { ...requestWith('Bearer of-ann'), headers: new Headers({ 'x-token': 'junk' }) }
  const answer = await firstOf(own, opaque()).authenticate(request)
  expect(CredentialRefusal.is(answer) && answer.code).toBe('malformed')
})

test('only a plain false leaves a credential to others', async () => {
  for (const answer of [undefined, null, 0, '', {}, true]) {
    const odd = { ...jwt, recognizes: () => answer as boolean }
    expect(await outcome(firstOf(odd, opaque()), 'Bearer of-ann')).toBe('malformed')
  }
  const throws = {
    ...jwt,
    recognizes: () => {
      throw new Error('broken')
    },
  }
  await expect(outcome(firstOf(throws, opaque()), 'Bearer of-ann')).rejects.toThrow('broken')
})

test('it starts and stops its parts, all of them, and a mistake counts more than a failure', async () => {
  const told: string[] = []
  const part = (name: string, error: Error | null): Authenticator => ({
    ...opaque([], name),
    start: async () => {
      told.push(`start ${name}`)
      if (error !== null) throw error
    },
    stop: () => {
      told.push(`stop ${name}`)
    },
  })
  const both = firstOf(
    part('a', new Error('down')),
    part('b', new ImproperlyConfigured('no file')),
    part('c', null),
  )
  await expect(both.start?.()).rejects.toThrow('no file')
  await both.stop?.()
  expect(told).toEqual(['start a', 'start b', 'start c', 'stop a', 'stop b', 'stop c'])
})
