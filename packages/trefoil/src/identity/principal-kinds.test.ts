import { describe, expect, test } from 'vitest'
import { AuthContext } from '../contract/auth/auth-context.ts'
import { movableClock, NOW, requestWith } from './jwt/issuer.fixture.ts'
import type { JwtAuthOptions } from './jwt/jwt-options.ts'
import { jwtAuth } from './jwt-auth.ts'

const SECRET = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'

async function known(claims: object, options: Partial<JwtAuthOptions> = {}) {
  const { clock } = movableClock()
  const jwt = jwtAuth({ keys: SECRET, clock, ...options })
  const token = await jwt.createToken({ sub: 'ada', iat: NOW - 60, ...claims })
  const answer = await jwt.authenticate(requestWith(token))
  if (!AuthContext.is(answer)) return answer?.code ?? 'none'
  return `${answer.kind} [${answer.actor.map(({ subject }) => subject)}]`
}

describe('approvals.md §1: a kind is earned', () => {
  const firstParty = ['web', 'ios']

  test.each<[string, object, string]>([
    ['a first-party client with a session', { azp: 'web', sid: 's1' }, 'person []'],
    ['in any of the three claims', { appid: 'ios', sid: 's1' }, 'person []'],
    ['without a session', { azp: 'web' }, 'unknown []'],
    ['without a client', { sid: 's1' }, 'unknown []'],
    ['another client is the actor', { azp: 'bot', sid: 's1' }, 'unknown [bot]'],
    ['whatever its sub', { sub: 'bot', client_id: 'bot' }, 'unknown [bot]'],
    [
      'two claims, one of them foreign',
      { azp: 'web', client_id: 'bot', sid: 's1' },
      'unknown [bot]',
    ],
    ['somebody acts for the person', { azp: 'web', sid: 's1', act: { sub: 'x' } }, 'unknown [x]'],
    ['the actor is named once', { azp: 'bot', sid: 's1', act: { sub: 'bot' } }, 'unknown [bot]'],
    [
      'the client before the chain',
      { azp: 'bot', act: { sub: 'x', act: { sub: 'y' } } },
      'unknown [bot,x,y]',
    ],
    ['a list of clients is no client', { azp: ['web'], sid: 's1' }, 'invalid_claim'],
    ['nor is an empty one', { client_id: '', sid: 's1' }, 'invalid_claim'],
    ['a session that is no text', { azp: 'web', sid: 7 }, 'invalid_claim'],
    ['a look-alike', { azp: 'wеb', sid: 's1' }, 'unknown [wеb]'],
    ['in other case', { azp: 'WEB', sid: 's1' }, 'unknown [WEB]'],
    ['with a space', { azp: 'web ', sid: 's1' }, 'unknown [web ]'],
    ['a name of every object', { azp: 'constructor', sid: 's1' }, 'unknown [constructor]'],
  ])('firstParty: %s', async (_, claims, wanted) => {
    expect(await known(claims, { firstParty })).toBe(wanted)
  })

  test('without firstParty azp makes nobody a service, and nobody an actor', async () => {
    expect(await known({ azp: 'web', client_id: 'web', sid: 's1' })).toBe('unknown []')
  })

  test.each([
    ['agent', 'agent []'],
    ['service', 'service []'],
    ['person', 'unknown []'],
    ['root', 'unknown []'],
    [7, 'invalid_claim'],
    [['agent'], 'invalid_claim'],
  ])('a claim may say agent or service, and never person: %o', async (kind, wanted) => {
    expect(await known({ kind }, { claims: { kind: 'kind' } })).toBe(wanted)
    // Not asked, not believed.
    expect(await known({ kind })).toBe('unknown []')
  })

  test('who is an agent by claim stays one in a first-party client', async () => {
    const options: Partial<JwtAuthOptions> = { firstParty, claims: { kind: 'kind' } }
    expect(await known({ kind: 'agent', azp: 'web', sid: 's1' }, options)).toBe('agent []')
  })

  test.each(['AGENT', 'bot', 'unknown'])('who is said to be %s is no person', async (kind) => {
    const options: Partial<JwtAuthOptions> = { firstParty, claims: { kind: 'kind' } }
    expect(await known({ kind, azp: 'web', sid: 's1' }, options)).toBe('unknown []')
    expect(await known({ kind: 'person', azp: 'web', sid: 's1' }, options)).toBe('person []')
  })

  test('kinds says at start-up what tokens can be', () => {
    expect(jwtAuth({ keys: SECRET }).kinds).toEqual(['unknown'])
    expect(jwtAuth({ keys: SECRET, firstParty }).kinds).toEqual(['unknown', 'person'])
    expect(jwtAuth({ keys: SECRET, claims: { kind: 'k' } }).kinds).toEqual([
      'unknown',
      'agent',
      'service',
    ])
  })

  test.each([['web'], [[]], [['']], [[7]], [{}], [new Set(['web'])]])(
    'firstParty: %o is no list of clients',
    (given) => {
      expect(() => jwtAuth({ keys: SECRET, firstParty: given as never })).toThrow(
        "firstParty must be a list of client ids such as ['web-app']",
      )
    },
  )
})

describe('DEL-2: rights of a token with actors', () => {
  const claims = {
    roles: ['admin', 'viewer'],
    scope: 'orders:read orders:write',
    act: { sub: 'bot', scope: 'orders:read', act: { sub: 'job', roles: ['viewer'] } },
  }

  async function rightsOf(payload: object, options: Partial<JwtAuthOptions> = {}) {
    const { clock } = movableClock()
    const jwt = jwtAuth({ keys: SECRET, clock, ...options })
    const token = await jwt.createToken({ sub: 'ada', ...payload })
    const answer = (await jwt.authenticate(requestWith(token))) as AuthContext
    return [[...answer.roles], [...answer.scopes]]
  }

  test('what all have of whom it is said', async () => {
    expect(await rightsOf(claims)).toEqual([['viewer'], ['orders:read']])
  })

  test('the subject, where the author says so', async () => {
    expect(await rightsOf(claims, { delegation: 'subject' })).toEqual([
      ['admin', 'viewer'],
      ['orders:read', 'orders:write'],
    ])
  })

  test('an empty scope of an actor takes all of them', async () => {
    expect(await rightsOf({ ...claims, act: { sub: 'bot', scope: '' } })).toEqual([
      ['admin', 'viewer'],
      [],
    ])
  })

  test('PW-12, PW-13: rights of an actor that are malformed refuse the token', async () => {
    expect(await known({ act: { sub: 'bot', scope: 7 } })).toBe('invalid_claim')
    expect(await known({ act: { sub: 'bot', roles: { admin: true } } })).toBe('invalid_claim')
  })
})
