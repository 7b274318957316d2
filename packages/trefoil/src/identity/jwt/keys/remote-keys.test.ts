import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AuthContext } from '../../../contract/auth/auth-context.ts'
import type { AuthRequest } from '../../../contract/call/call.ts'
import { type JwtAuth, jwtAuth } from '../../jwt-auth.ts'
import {
  base64url,
  ecPair,
  issue,
  jwk,
  movableClock,
  requestWith,
  rsaPair,
} from '../issuer.fixture.ts'
import type { JwtAuthOptions } from '../jwt-options.ts'
import { json, type KeyServer, keyServer } from './key-server.fixture.ts'

const ISSUER = 'https://issuer.example'
const first = ecPair('P-256')
const second = ecPair('P-256')
const rsa = rsaPair()
const key = (pair: typeof first, kid: string) => jwk(pair, { kid, use: 'sig', alg: 'ES256' })

let server: KeyServer
let time: ReturnType<typeof movableClock>
beforeEach(async () => {
  server = await keyServer()
  server.serve(key(first, '1'))
  time = movableClock()
})
afterEach(() => server.close())

const authenticator = (more: Partial<JwtAuthOptions> = {}) =>
  jwtAuth({
    jwks: server.url,
    issuer: ISSUER,
    audience: 'store',
    clock: time.clock,
    ...more,
  })

let serial = 0
/** Another one each time, so that nothing is remembered. */
const token = (pair = first, kid: string | undefined = '1', claims: object = {}) =>
  issue('ES256', pair.privateKey, {
    header: { kid },
    claims: {
      iss: ISSUER,
      aud: 'store',
      jti: `${serial++}`,
      exp: time.at.seconds + 86_400,
      ...claims,
    },
  })

async function outcome(jwt: JwtAuth, text: string, request = requestWith(text)): Promise<string> {
  try {
    const answer = await jwt.authenticate(request)
    if (AuthContext.is(answer)) return 'accepted'
    return answer?.code ?? 'none'
  } catch {
    return 'unavailable'
  }
}

/** Until what is fetched in the background has arrived. */
async function settled(jwt: JwtAuth, fetches: number): Promise<void> {
  await vi.waitFor(() => expect(jwt.keyStatus).toMatchObject({ fetches, fetching: false }), 5000)
}

describe('fetching', () => {
  test('P-JWKS-1: a key is chosen by its id; start fetches once, and all who wait share it', async () => {
    const jwt = authenticator()
    expect(server.asked).toEqual([])
    await Promise.all([jwt.start(), jwt.start(), outcome(jwt, token())])
    expect(await outcome(jwt, token())).toBe('accepted')
    expect(server.asked).toEqual(['/jwks'])
    expect(jwt.keyStatus).toMatchObject({ keys: 1, fetches: 1, failures: 0, stale: false, age: 0 })
  })

  test('without start the first caller fetches', async () => {
    const jwt = authenticator()
    expect(await outcome(jwt, token())).toBe('accepted')
    expect(server.asked).toHaveLength(1)
  })

  test('JWT-2: 10,000 tokens with made-up key ids in 60 s are at most 2 fetches, and delay nobody', async () => {
    const jwt = authenticator()
    await jwt.start()
    time.pass(120)
    const good = token()
    expect(await outcome(jwt, good)).toBe('accepted')
    const before = server.asked.length
    for (let second = 0; second < 60; second++) {
      const made = Array.from({ length: 167 }, (_, index) => {
        const header = base64url(JSON.stringify({ alg: 'ES256', kid: `${second}.${index}` }))
        return `${header}.${base64url('{}')}.${'A'.repeat(86)}`
      })
      const [valid, ...others] = await Promise.all(
        [token(), ...made].map((text) => outcome(jwt, text)),
      )
      expect(valid).toBe('accepted')
      expect(new Set(others)).toEqual(new Set(['unknown_key']))
      time.pass(1)
    }
    expect(server.asked.length - before).toBeLessThanOrEqual(2)
    expect(jwt.keyStatus?.unknownKeys).toBe(60 * 167)
  })
  test('JWT-2: a valid token does not wait for a fetch that a made-up id has caused', async () => {
    const jwt = authenticator()
    await jwt.start()
    time.pass(60)
    // Never answers.
    server.answer(() => {})
    const made = outcome(jwt, token(second, 'made-up'))
    const start = performance.now()
    expect(await outcome(jwt, token())).toBe('accepted')
    expect(performance.now() - start).toBeLessThan(1000)
    server.answer((_, response) => response.writeHead(500).end())
    await server.close()
    expect(await made).toBe('unknown_key')
  })

  test('P-JWKS-1: a new key is fetched when its id turns up; the old one goes when the set does not have it', async () => {
    const jwt = authenticator()
    await jwt.start()
    const old = token()
    expect(await outcome(jwt, old)).toBe('accepted')
    server.serve(key(second, '2'))
    time.pass(60)
    expect(await outcome(jwt, token(second, '2'))).toBe('accepted')
    // AUTH-9: the verdict that was remembered is over with its key.
    expect(await outcome(jwt, old)).toBe('unknown_key')
  })

  test('a key that was withdrawn is noticed though only remembered tokens come', async () => {
    const jwt = authenticator()
    const old = token()
    expect(await outcome(jwt, old)).toBe('accepted')
    server.serve(key(second, '2'))
    time.pass(601)
    // This one still goes by the keys at hand, and has newer ones fetched.
    expect(await outcome(jwt, old)).toBe('accepted')
    await settled(jwt, 2)
    expect(await outcome(jwt, old)).toBe('unknown_key')
  })

  test('keys that stay are the same keys: what was remembered is not verified again', async () => {
    const jwt = authenticator()
    const text = token()
    const before = await jwt.authenticate(requestWith(text))
    server.serve(key(first, '1'), key(second, '2'))
    time.pass(60)
    expect(await outcome(jwt, token(second, '2'))).toBe('accepted')
    expect(await jwt.authenticate(requestWith(text))).toBe(before)
  })

  test('a signature that was refused is looked at again when the keys are others', async () => {
    const jwt = authenticator()
    const text = token(second, '1')
    expect(await outcome(jwt, text)).toBe('bad_signature')
    server.serve(key(second, '1'))
    time.pass(601)
    await outcome(jwt, token())
    await settled(jwt, 2)
    expect(await outcome(jwt, text)).toBe('accepted')
  })

  test('JWT-5: rotation drill: publish, wait, sign with the new key, retire the old: nobody is refused', async () => {
    const jwt = authenticator()
    const seen: string[] = []
    const minutes = async (count: number, ...pairs: readonly [typeof first, string][]) => {
      for (let minute = 0; minute < count; minute++) {
        for (const [pair, kid] of pairs) seen.push(await outcome(jwt, token(pair, kid)))
        time.pass(60)
        await wait(2)
      }
    }
    await jwt.start()
    await minutes(5, [first, '1'])
    server.serve(key(first, '1'), key(second, '2'))
    await minutes(12, [first, '1'])
    await minutes(12, [first, '1'], [second, '2'])
    server.serve(key(second, '2'))
    await minutes(12, [second, '2'])
    expect(new Set(seen)).toEqual(new Set(['accepted']))
    expect(await outcome(jwt, token(first, '1'))).toBe('unknown_key')
  })
})

describe('JWT-3: a provider that is down', () => {
  test('keys go on for an hour beyond their time, then nothing is believed any more', async () => {
    const jwt = authenticator()
    const remembered = token()
    expect(await outcome(jwt, remembered)).toBe('accepted')
    server.answer((_, response) => response.writeHead(503).end())
    for (let minute = 0; minute < 69; minute++) {
      time.pass(60)
      expect(await outcome(jwt, token())).toBe('accepted')
      await wait(1)
    }
    expect(jwt.keyStatus?.stale).toBe(true)
    expect(jwt.keyStatus?.failures).toBeGreaterThan(10)
    time.pass(61)
    expect(await outcome(jwt, token())).toBe('unavailable')
    expect(await outcome(jwt, remembered)).toBe('unavailable')
    server.serve(key(first, '1'))
    time.pass(60)
    expect(await outcome(jwt, remembered)).toBe('accepted')
  })

  test('a clock that is set back makes no old key new', async () => {
    const jwt = authenticator()
    await jwt.start()
    server.answer((_, response) => response.writeHead(503).end())
    time.at.elapsed += 3 * 3600
    time.at.seconds -= 3 * 3600
    expect(await outcome(jwt, token())).toBe('unavailable')
  })

  test('failures are followed by a pause too, of another length each time', async () => {
    server.answer((_, response) => response.writeHead(503).end())
    const jwt = authenticator()
    for (let second = 0; second < 60; second++) {
      expect(await outcome(jwt, token())).toBe('unavailable')
      time.pass(1)
    }
    expect(server.asked.length).toBeLessThanOrEqual(2)
  })

  test('starting says so, and one line of the log says what is wrong', async () => {
    server.answer((_, response) => response.writeHead(503).end('secret of the provider'))
    const jwt = authenticator()
    await expect(jwt.start()).rejects.toThrow(`${server.url.href} answers 503`)
    time.pass(60)
    const request = requestWith(token()) as AuthRequest & { lines: string[] }
    expect(await outcome(jwt, '', request)).toBe('unavailable')
    expect(request.lines).toEqual([
      `Keys of jwtAuth were not fetched: ${server.url.href} answers 503`,
    ])
    expect(await jwt.verifyToken(token())).toBe(false)
  })

  test('unknown ids are refused, not taken for a failure', async () => {
    const jwt = authenticator()
    await jwt.start()
    server.answer((_, response) => response.writeHead(503).end())
    time.pass(60)
    expect(await outcome(jwt, token(second, '2'))).toBe('unknown_key')
  })
})

describe('JWT-4: a bad set never replaces a good one', () => {
  const filler = 'x'.repeat(300_000)
  const bad: readonly (readonly [string, Parameters<KeyServer['answer']>[0]])[] = [
    ['empty', (_, response) => json(response, { keys: [] })],
    ['no set', (_, response) => json(response, [])],
    ['no JSON', (_, response) => response.end('<html>')],
    ['keys as an object', (_, response) => json(response, { keys: { 0: {} } })],
    [
      'only a secret',
      (_, response) => json(response, { keys: [{ kty: 'oct', k: 'AAAA', kid: '1' }] }),
    ],
    [
      'only a weak key',
      (_, response) => json(response, { keys: [jwk(rsaPair(1024), { kid: '1' })] }),
    ],
    ['equal names', (_, response) => response.end('{"keys":[],"keys":[]}')],
    ['too large', (_, response) => json(response, { keys: [key(second, '1')], filler })],
    ['101 keys', (_, response) => json(response, { keys: Array(101).fill(key(second, '1')) })],
    ['an error', (_, response) => response.writeHead(404).end()],
    ['a 201', (_, response) => response.writeHead(201).end('{"keys":[]}')],
    [
      'cut off',
      (_, response) => {
        response.writeHead(200, { 'content-length': 999 })
        response.write('{"keys"', () => response.destroy())
      },
    ],
    [
      'a redirect',
      ({ url }, response) =>
        url === '/jwks'
          ? response.writeHead(302, { location: '/other' }).end()
          : json(response, { keys: [key(second, '2')] }),
    ],
  ]
  test.each(bad)('%s', async (_, answer) => {
    const jwt = authenticator()
    await jwt.start()
    server.answer(answer)
    time.pass(601)
    expect(await outcome(jwt, token())).toBe('accepted')
    await settled(jwt, 2)
    expect(jwt.keyStatus).toMatchObject({ failures: 1, keys: 1 })
    expect(await outcome(jwt, token())).toBe('accepted')
    expect(await outcome(jwt, token(second, '2'))).toBe('unknown_key')
    expect(server.asked).not.toContain('/other')
  })

  test('no answer at all ends with the timeout', async () => {
    server.answer(() => {})
    const jwt = authenticator({ fetching: { timeout: '50ms' } })
    expect(await outcome(jwt, token())).toBe('unavailable')
  })

  test('keys that cannot be used are passed over, the others count', async () => {
    server.serve(
      { kty: 'oct', k: 'c2VjcmV0', kid: '1', alg: 'HS256' },
      { kty: 'new', kid: '3' },
      jwk(rsa, { use: 'enc', kid: '4' }),
      key(first, '1'),
    )
    const jwt = authenticator()
    expect(await outcome(jwt, token())).toBe('accepted')
    expect(jwt.keyStatus?.keys).toBe(1)
  })
})

test('JWT-6: the algorithm is asked for before any key is fetched', async () => {
  const jwt = authenticator({ algorithms: ['ES256'] })
  for (const alg of ['HS256', 'none', 'RS256']) {
    const text = issue('ES256', first.privateKey, { header: { alg, kid: 'x' } })
    expect(await outcome(jwt, text)).toBe('wrong_algorithm')
  }
  expect(server.asked).toEqual([])
})

describe('P-JWKS-1: discovery', () => {
  const discovering = (discovery: string | URL) =>
    jwtAuth({ discovery, audience: 'store', clock: time.clock })

  /** Answers with a document, and with keys at `/jwks`. */
  const document = (members: object) =>
    server.answer(({ url }, response) =>
      json(response, url === '/jwks' ? { keys: [key(first, '1')] } : members),
    )

  test('the document says where the keys are, and is asked for once', async () => {
    const issuer = server.url.origin
    document({ issuer, jwks_uri: server.url.href })
    const jwt = discovering(issuer)
    expect(await outcome(jwt, token(first, '1', { iss: issuer }))).toBe('accepted')
    expect(await outcome(jwt, token(first, '1'))).toBe('wrong_issuer')
    expect(server.asked).toEqual(['/.well-known/openid-configuration', '/jwks'])
    time.pass(601)
    await outcome(jwt, token(first, '1', { iss: issuer }))
    await settled(jwt, 2)
    expect(server.asked.slice(2)).toEqual(['/jwks'])
  })

  test('an issuer with a path has its document below it', async () => {
    const issuer = `${server.url.origin}/realms/store`
    document({ issuer, jwks_uri: server.url.href })
    const jwt = discovering(issuer)
    expect(await outcome(jwt, token(first, '1', { iss: issuer }))).toBe('accepted')
    expect(server.asked[0]).toBe('/realms/store/.well-known/openid-configuration')
  })

  test('a URL is the issuer with and without the / behind its host, text is it to the letter', async () => {
    const { origin } = server.url
    document({ issuer: `${origin}/`, jwks_uri: server.url.href })
    const of = token(first, '1', { iss: `${origin}/` })
    expect(await outcome(discovering(new URL(origin)), of)).toBe('accepted')
    expect(await outcome(discovering(`${origin}/`), of)).toBe('accepted')
    expect(await outcome(discovering(origin), of)).toBe('unavailable')
  })

  test.each<[string, (origin: string) => object]>([
    [
      'of another issuer',
      (origin) => ({ issuer: 'https://evil.example', jwks_uri: `${origin}/jwks` }),
    ],
    ['without an issuer', (origin) => ({ jwks_uri: `${origin}/jwks` })],
    ['with an issuer in a list', (origin) => ({ issuer: [origin], jwks_uri: `${origin}/jwks` })],
    ['without keys', (origin) => ({ issuer: origin })],
    [
      'with keys over plain HTTP',
      (origin) => ({ issuer: origin, jwks_uri: 'http://a.example/jwks' }),
    ],
    ['with keys in a file', (origin) => ({ issuer: origin, jwks_uri: 'file:///etc/passwd' })],
    ['with keys that are no address', (origin) => ({ issuer: origin, jwks_uri: 7 })],
  ])('a document %s is none', async (_, members) => {
    const { origin } = server.url
    document(members(origin))
    const jwt = discovering(origin)
    expect(await outcome(jwt, token(first, '1', { iss: origin }))).toBe('unavailable')
    expect(server.asked).toEqual(['/.well-known/openid-configuration'])
  })
})
