// Tokens of one's own, headers, revocation, rotation.
import { describe, expect, test, vi } from 'vitest'
import { AuthContext } from '../contract/auth/auth-context.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { issue, movableClock, NOW, pem, requestWith, rsaPair } from './jwt/issuer.fixture.ts'
import type { JwtAuthOptions } from './jwt/jwt-options.ts'
import { type JwtAuth, jwtAuth } from './jwt-auth.ts'
import { keyRing } from './key-ring.ts'

const SECRET = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const OTHER = '0d1c4b7a9f65328e68b427d5e90c1a3f'
const THIRD = '7a9f65320d1c4b8e68b427d5e90c1a3f'

async function outcome(jwt: JwtAuth, token: string | null, headers = {}): Promise<string> {
  const answer = await jwt.authenticate(requestWith(token, headers))
  return AuthContext.is(answer) ? 'accepted' : (answer?.code ?? 'none')
}

function made(options: Partial<JwtAuthOptions> = {}) {
  const { clock, at, pass } = movableClock()
  return { jwt: jwtAuth({ keys: SECRET, clock, ...options }), at, pass }
}

const partsOf = (token: string) =>
  token
    .split('.')
    .slice(0, 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))

describe('P-JWT-9: createToken', () => {
  test('the payload and exp, an hour from now', async () => {
    const { jwt } = made()
    const token = await jwt.createToken({ sub: 'test-agent', roles: ['admin'] })
    expect(partsOf(token)).toEqual([
      { alg: 'HS256', typ: 'JWT' },
      { sub: 'test-agent', roles: ['admin'], exp: NOW + 3600 },
    ])
    expect(await outcome(jwt, token)).toBe('accepted')
  })

  test('it lives as long as it says, and an exp of the payload does not count', async () => {
    const { jwt, pass } = made()
    const token = await jwt.createToken({ sub: 'a', exp: NOW + 9e9 }, { expiresIn: '15m' })
    pass(15 * 60 - 1)
    expect(await jwt.verifyToken(token)).toBe(true)
    pass(1)
    expect(await jwt.verifyToken(token)).toBe(false)
  })

  test('a lifetime with a - makes a token that has expired', async () => {
    const { jwt } = made()
    const token = await jwt.createToken({ sub: 'a' }, { expiresIn: '-1m' })
    expect(partsOf(token)[1]).toMatchObject({ exp: NOW - 60 })
    expect(await outcome(jwt, token)).toBe('expired')
  })

  test('what is configured is put in where the payload has none', async () => {
    const { jwt } = made({ issuer: ['a', 'b'], audience: 'store' })
    expect(partsOf(await jwt.createToken({ sub: 'x' }))[1]).toMatchObject({
      iss: 'a',
      aud: 'store',
    })
    expect(partsOf(await jwt.createToken({ sub: 'x', iss: 'b', aud: ['q'] }))[1]).toMatchObject({
      iss: 'b',
      aud: ['q'],
    })
    expect(await jwt.verifyToken(await jwt.createToken({ sub: 'x' }))).toBe(true)
  })

  test('the current key of the ring signs', async () => {
    const keys = keyRing(SECRET, [OTHER])
    const { jwt } = made({ keys })
    const before = await jwt.createToken({ sub: 'x' })
    keys.replace(OTHER)
    expect(await jwt.verifyToken(before)).toBe(false)
    expect(await jwt.verifyToken(await jwt.createToken({ sub: 'x' }))).toBe(true)
    expect(
      await jwtAuth({ keys: OTHER, clock: movableClock().clock }).verifyToken(
        await jwt.createToken({ sub: 'x' }),
      ),
    ).toBe(true)
  })

  test('HS512', async () => {
    const { jwt } = made({ keys: SECRET + OTHER, algorithms: ['HS512'] })
    const token = await jwt.createToken({ sub: 'x' })
    expect(partsOf(token)[0]).toEqual({ alg: 'HS512', typ: 'JWT' })
    expect(await jwt.verifyToken(token)).toBe(true)
  })

  test.each([
    ['public keys', () => jwtAuth({ publicKey: pem(rsaPair()) }).createToken({})],
    // @ts-expect-error: what JavaScript callers may hand over
    ['a payload that is text', () => made().jwt.createToken('x')],
    // @ts-expect-error: what JavaScript callers may hand over
    ['a lifetime that is a number', () => made().jwt.createToken({}, { expiresIn: 3600 })],
    ['a lifetime that is none', () => made().jwt.createToken({}, { expiresIn: '1y' as '1d' })],
  ])('%s: a mistake', async (_, make) => {
    await expect(make()).rejects.toThrow(ImproperlyConfigured)
  })
})

describe('P-JWT-10: verifyToken', () => {
  test('true or false, and it never throws', async () => {
    const { jwt } = made()
    expect(await jwt.verifyToken(issue('HS256', SECRET))).toBe(true)
    for (const token of [
      '',
      'x',
      '..',
      issue('HS256', OTHER),
      null,
      undefined,
      7,
      {},
      'é'.repeat(9e4),
    ]) {
      // @ts-expect-error: what JavaScript callers may hand over
      expect(await jwt.verifyToken(token)).toBe(false)
    }
  })

  test('what was revoked is not accepted, and a hook that fails accepts nothing', async () => {
    const token = issue('HS256', SECRET)
    expect(await made({ isRevoked: () => true }).jwt.verifyToken(token)).toBe(false)
    expect(await made({ isRevoked: async () => false }).jwt.verifyToken(token)).toBe(true)
    const failing = () => {
      throw new Error('the database is down')
    }
    expect(await made({ isRevoked: failing }).jwt.verifyToken(token)).toBe(false)
  })
})

describe('P-JWT-1, PW-24: a header of one’s own', () => {
  const token = issue('HS256', SECRET)
  const { jwt } = made({ header: 'X-Agent-Token' })

  test('P-JWT-2: with Bearer before it, in any case, or without', async () => {
    for (const value of [token, `Bearer ${token}`, `bearer ${token}`, `BEARER   ${token} `]) {
      expect(await outcome(jwt, null, { 'x-agent-token': value })).toBe('accepted')
    }
  })

  test('Authorization does not count then, nor does the header of a default one', async () => {
    expect(await outcome(jwt, token)).toBe('none')
    expect(await outcome(made().jwt, null, { 'x-agent-token': token })).toBe('none')
  })

  test('two values, another scheme and nothing are refused', async () => {
    for (const value of [`${token}, ${token}`, `Basic ${token}`, '', 'Bearer ']) {
      expect(await outcome(jwt, null, { 'x-agent-token': value })).toBe('malformed')
    }
  })

  test('the scheme says so, and so the header is hidden from handlers', () => {
    expect(jwt.scheme).toEqual({ type: 'apiKey', in: 'header', name: 'x-agent-token' })
    expect(made({ header: 'Authorization' }).jwt.scheme).toMatchObject({ scheme: 'bearer' })
  })
})

describe('PW-38: isRevoked', () => {
  test('is asked with every call, for remembered tokens too, and shown frozen claims', async () => {
    const revoked = new Set<unknown>()
    const isRevoked = vi.fn((claims: Readonly<Record<string, unknown>>) =>
      revoked.has(claims['jti']),
    )
    const { jwt } = made({ isRevoked })
    const token = issue('HS256', SECRET, { claims: { jti: 'x' } })
    expect(await outcome(jwt, token)).toBe('accepted')
    expect(await outcome(jwt, token)).toBe('accepted')
    expect(isRevoked).toHaveBeenCalledTimes(2)
    expect(Object.isFrozen(isRevoked.mock.calls[0]?.[0])).toBe(true)
    revoked.add('x')
    expect(await outcome(jwt, token)).toBe('revoked')
    revoked.clear()
    expect(await outcome(jwt, token)).toBe('accepted')
  })

  test('is asked of genuine tokens alone', async () => {
    const isRevoked = vi.fn(() => false)
    const { jwt } = made({ isRevoked })
    await outcome(jwt, issue('HS256', OTHER))
    await outcome(jwt, issue('HS256', SECRET, { claims: { exp: NOW } }))
    expect(isRevoked).not.toHaveBeenCalled()
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['answers with text', () => 'false'],
    ['answers nothing', () => undefined],
    ['answers late with nothing', async () => undefined],
  ])('a hook that %s accepts nothing, and that is not the token’s fault', async (_, hook) => {
    // @ts-expect-error: what JavaScript callers may hand over
    const { jwt } = made({ isRevoked: hook })
    const ask = async () => jwt.authenticate(requestWith(issue('HS256', SECRET)))
    await expect(ask()).rejects.toThrow(/down|must answer true or false/)
    await expect(ask()).rejects.toThrow(/down|must answer true or false/)
  })

  test('a promise from elsewhere is waited for', async () => {
    // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tried
    const later = { then: (resolve: (value: boolean) => void) => resolve(true) }
    const { jwt } = made({ isRevoked: () => later as PromiseLike<boolean> })
    expect(await outcome(jwt, issue('HS256', SECRET))).toBe('revoked')
  })
})

describe('AUTH-9: rotation', () => {
  test('a key that is taken out refuses at once, remembered verdicts too', async () => {
    const keys = keyRing(SECRET, [OTHER])
    const { jwt } = made({ keys })
    const old = issue('HS256', OTHER)
    const current = issue('HS256', SECRET)
    for (const token of [old, current]) expect(await outcome(jwt, token)).toBe('accepted')
    const before = await jwt.authenticate(requestWith(current))
    keys.replace(SECRET)
    expect(await outcome(jwt, old)).toBe('bad_signature')
    // The verdict of the other key is the same one still.
    expect(await jwt.authenticate(requestWith(current))).toBe(before)
  })

  test('a token refused before its key came is accepted after', async () => {
    const keys = keyRing(SECRET)
    const { jwt } = made({ keys })
    const early = issue('HS256', OTHER)
    expect(await outcome(jwt, early)).toBe('bad_signature')
    expect(await outcome(jwt, early)).toBe('bad_signature')
    keys.replace(OTHER, [SECRET])
    expect(await outcome(jwt, early)).toBe('accepted')
  })

  test('PW-26: a key that is too short does not get in', async () => {
    const keys = keyRing(SECRET)
    const { jwt } = made({ keys })
    expect(() => keys.replace('short', [SECRET])).toThrow('at least 32 bytes')
    expect(await outcome(jwt, issue('HS256', SECRET))).toBe('accepted')
  })

  test('the drill: old and new side by side, then the new alone; nobody is refused in between', async () => {
    const environment = (secret: string, old?: string) => ({
      TREFOIL_AUTH_JWT__SECRET: secret,
      ...(old === undefined ? {} : { TREFOIL_AUTH_JWT__OLD_SECRETS: old }),
    })
    const { clock, pass } = movableClock()
    const start = (env: Record<string, string>) => jwtAuth({ env, clock })
    const phases = [
      start(environment(SECRET)),
      start(environment(OTHER, SECRET)),
      start(environment(OTHER, `${SECRET},${THIRD}`)),
      start(environment(OTHER, JSON.stringify([SECRET]))),
    ]
    let last = await (phases[0] as JwtAuth).createToken({ sub: 'x' }, { expiresIn: '1h' })
    for (const jwt of phases) {
      expect(await outcome(jwt, last)).toBe('accepted')
      pass(600)
      expect(await outcome(jwt, last)).toBe('accepted')
      last = await jwt.createToken({ sub: 'x' }, { expiresIn: '1h' })
      expect(await outcome(jwt, last)).toBe('accepted')
    }
    const alone = start(environment(OTHER))
    expect(await outcome(alone, last)).toBe('accepted')
    expect(await outcome(alone, issue('HS256', SECRET, { claims: { exp: NOW + 9999 } }))).toBe(
      'bad_signature',
    )
  })

  test.each([
    ['white space round it', ` ${OTHER} , ${THIRD}\n`, 2],
    ['a comma at the end', `${OTHER},`, 1],
    ['nothing', '', 0],
    ['JSON, for secrets with commas', JSON.stringify([`${OTHER},${THIRD}`]), 1],
  ])('TREFOIL_AUTH_JWT__OLD_SECRETS: %s', async (_, old, count) => {
    const jwt = jwtAuth({
      env: { TREFOIL_AUTH_JWT__SECRET: SECRET, TREFOIL_AUTH_JWT__OLD_SECRETS: old },
      clock: movableClock().clock,
    })
    const tries = [OTHER, THIRD, `${OTHER},${THIRD}`].map((key) =>
      outcome(jwt, issue('HS256', key)),
    )
    const accepted = (await Promise.all(tries)).filter((result) => result === 'accepted')
    expect(accepted).toHaveLength(count)
  })

  test.each([
    ['[1]', 'must be secrets with commas between them, or a list of text in JSON'],
    ['["a"', 'must be secrets with commas between them'],
    ['["old-secret-that-is-short"]', 'at least 32 bytes'],
  ])('FND-38: %s is refused by the name of the variable, without its value', (old, message) => {
    const make = () =>
      jwtAuth({ env: { TREFOIL_AUTH_JWT__SECRET: SECRET, TREFOIL_AUTH_JWT__OLD_SECRETS: old } })
    expect(make).toThrow(message)
    expect(make).not.toThrow('old-secret')
  })
})

describe('clock jumps', () => {
  test('a clock that is set back does not find a token that is not valid yet', async () => {
    const { jwt, at } = made()
    const token = issue('HS256', SECRET, { claims: { nbf: NOW } })
    expect(await outcome(jwt, token)).toBe('accepted')
    at.seconds = NOW - 100
    expect(await outcome(jwt, token)).toBe('not_yet_valid')
    at.seconds = NOW + 100
    expect(await outcome(jwt, token)).toBe('expired')
    // Set right again, it is valid again: what is remembered is asked whether it still holds.
    at.seconds = NOW
    expect(await outcome(jwt, token)).toBe('accepted')
  })

  test('P-JWT-5, P-JWT-8: never beyond exp, fractions of a second included', async () => {
    const { jwt, at } = made()
    const token = issue('HS256', SECRET, { claims: { exp: NOW + 10.5 } })
    expect(await outcome(jwt, token)).toBe('accepted')
    at.seconds = NOW + 10.6
    expect(await outcome(jwt, token)).toBe('expired')
  })
})
