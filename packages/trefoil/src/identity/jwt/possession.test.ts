import { execFileSync } from 'node:child_process'
import { createHash, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { CredentialRefusal } from '../../contract/auth/refusal.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import { jwtAuth } from '../jwt-auth.ts'
import { SeenOnce } from '../seen-once.ts'
import type { PublicKeyAlgorithm } from './algorithms.ts'
import {
  ecPair,
  ed25519Pair,
  issue,
  jwk,
  movableClock,
  NOW,
  type Pair,
  rsaPair,
  signed,
} from './issuer.fixture.ts'
import type { JwtAuthOptions } from './jwt-options.ts'
import { thumbprintOf } from './thumbprint.ts'

const SECRET = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const client = ecPair('P-256')
const stranger = ecPair('P-256')
const bound = issue('HS256', SECRET, { claims: { cnf: { jkt: thumbprintOf(client.publicKey) } } })
const free = issue('HS256', SECRET)
const athOf = (token: string) => createHash('sha256').update(token).digest('base64url')

let serial = 0
interface ProofOptions {
  readonly header?: object
  readonly claims?: object
  readonly pair?: Pair
  readonly key?: KeyObject
  readonly alg?: PublicKeyAlgorithm
}

function proof({
  header = {},
  claims = {},
  pair = client,
  alg = 'ES256',
  key,
}: ProofOptions = {}): string {
  const head = { typ: 'dpop+jwt', alg, jwk: jwk(pair), ...header }
  const payload = {
    jti: `id-${serial++}`,
    htm: 'GET',
    htu: 'https://store.example/orders/1',
    iat: NOW,
    ath: athOf(bound),
    ...claims,
  }
  return signed(alg, key ?? pair.privateKey, JSON.stringify(head), JSON.stringify(payload))
}

function request(scheme: string, token: string, dpop: string | null = null): AuthRequest {
  const headers: Record<string, string | null> = { authorization: `${scheme} ${token}`, dpop }
  return {
    bearer: scheme === 'Bearer' ? token : null,
    headers: { get: (name: string) => headers[name] ?? null },
    request: {
      method: 'GET',
      scheme: 'https',
      host: 'store.example',
      mountPath: '',
      path: '/orders/1',
    },
    log: { warn() {} },
    // The only members that are read.
  } as unknown as AuthRequest
}

function made(options: Partial<JwtAuthOptions> = { dpop: true }) {
  const time = movableClock()
  const jwt = jwtAuth({ keys: SECRET, clock: time.clock, ...options })
  return {
    jwt,
    time,
    async outcome(...given: Parameters<typeof request>) {
      const answer = await jwt.authenticate(request(...given))
      return AuthContext.is(answer) ? 'accepted' : (answer?.text ?? 'none')
    },
  }
}

describe('DEL-5: DPoP (RFC 9449)', () => {
  test('a proof for this request by the key of the token', async () => {
    const { outcome, jwt } = made()
    expect(await outcome('DPoP', bound, proof())).toBe('accepted')
    expect(
      await outcome(
        'dpop',
        bound,
        proof({ claims: { htu: 'https://STORE.example:443/orders/1?x#y' } }),
      ),
    ).toBe('accepted')
    expect(jwt.scheme).toEqual([
      { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
      { type: 'http', scheme: 'dpop' },
    ])
  })

  test.each([
    ['RS256', rsaPair()],
    ['EdDSA', ed25519Pair()],
    ['Ed25519', ed25519Pair()],
    ['ES384', ecPair('P-384')],
  ] as const)('a key for %s', async (alg, pair) => {
    const token = issue('HS256', SECRET, { claims: { cnf: { jkt: thumbprintOf(pair.publicKey) } } })
    const given = proof({ alg, pair, claims: { ath: athOf(token) } })
    expect(await made().outcome('DPoP', token, given)).toBe('accepted')
  })

  test('each proof once, a remembered token or not', async () => {
    const { outcome } = made()
    const one = proof()
    expect(await outcome('DPoP', bound, one)).toBe('accepted')
    expect(await outcome('DPoP', bound, one)).toBe('DPoP proof was used before')
    expect(await outcome('DPoP', bound, proof())).toBe('accepted')
    expect(await outcome('DPoP', bound, null)).toBe('DPoP proof is missing')
  })

  test('RFC 9449 §9: with nonces, a proof made in advance is told which one to use', async () => {
    const { jwt, time, outcome } = made({ dpop: { nonce: true, lifetime: '5s' } })
    const text = 'DPoP proof must hold the nonce of this server'
    const told = async (given: string) => {
      const answer = await jwt.authenticate(request('DPoP', bound, given))
      return CredentialRefusal.is(answer) ? answer : null
    }
    const first = await told(proof())
    expect(first?.text).toBe(text)
    expect(first?.extras?.challenge).toEqual([['error', 'use_dpop_nonce']])
    const nonce = first?.extras?.headers['dpop-nonce']
    const again = proof({ claims: { nonce } })
    expect(await outcome('DPoP', bound, again)).toBe('accepted')
    expect(await outcome('DPoP', bound, again)).toBe('DPoP proof was used before')
    for (const bad of ['', 'abc', null, 7, [nonce], `${nonce}=`]) {
      expect(await outcome('DPoP', bound, proof({ claims: { nonce: bad } }))).toBe(text)
    }
    time.pass(11)
    const late = proof({ claims: { nonce, iat: NOW + 11 } })
    expect(await outcome('DPoP', bound, late)).toBe(text)
    const fresh = (await told(proof({ claims: { iat: NOW + 11 } })))?.extras?.headers['dpop-nonce']
    expect(fresh).not.toBe(nonce)
    const good = proof({ claims: { nonce: fresh, iat: NOW + 11 } })
    expect(await outcome('DPoP', bound, good)).toBe('accepted')
  })

  test('a nonce is told to holders of the key alone', async () => {
    const { jwt } = made({ dpop: { nonce: true, lifetime: '5s' } })
    for (const given of [
      proof({ pair: stranger }),
      proof({ key: stranger.privateKey }),
      'junk',
      null,
    ]) {
      const answer = await jwt.authenticate(request('DPoP', bound, given))
      expect(CredentialRefusal.is(answer) && answer.extras?.headers).toEqual({})
    }
  })

  test('two at the same moment: one of them', async () => {
    const { outcome } = made()
    const one = proof()
    const seen = await Promise.all([1, 2, 3].map(() => outcome('DPoP', bound, one)))
    expect(seen.filter((result) => result === 'accepted')).toHaveLength(1)
  })

  test('a bound token is no bearer token, whether proofs are accepted or not', async () => {
    const text = 'Token is bound to a key that the request does not show'
    expect(await made().outcome('Bearer', bound, proof())).toBe(text)
    expect(await made({}).outcome('Bearer', bound)).toBe(text)
    expect(await made({}).outcome('DPoP', bound, proof())).toBe('none')
    expect(await made({}).jwt.verifyToken(bound)).toBe(false)
  })

  test('a token that is bound to nothing is a bearer token, unless proofs are required', async () => {
    expect(await made().outcome('Bearer', free)).toBe('accepted')
    expect(await made().outcome('DPoP', free, proof({ claims: { ath: athOf(free) } }))).toBe(
      'Token is bound to no key',
    )
    const strict = made({ dpop: { required: true } })
    expect(await strict.outcome('Bearer', free)).toBe('Token is bound to no key')
    expect(strict.jwt.scheme).toEqual({ type: 'http', scheme: 'dpop' })
    expect(await strict.jwt.verifyToken(free)).toBe(false)
  })

  const malformed = 'Malformed DPoP proof'
  test.each<[string, string, string]>([
    ['of another key', proof({ pair: stranger }), 'DPoP proof is of another key than the token'],
    [
      'that names the key but is signed by another',
      proof({ key: stranger.privateKey }),
      'DPoP proof is not signed by the key in it',
    ],
    ['for another method', proof({ claims: { htm: 'POST' } }), 'DPoP proof is for another request'],
    [
      'for a method in small letters',
      proof({ claims: { htm: 'get' } }),
      'DPoP proof is for another request',
    ],
    [
      'for another path',
      proof({ claims: { htu: 'https://store.example/orders/2' } }),
      'DPoP proof is for another request',
    ],
    [
      'for another host',
      proof({ claims: { htu: 'https://evil.example/orders/1' } }),
      'DPoP proof is for another request',
    ],
    [
      'for plain HTTP',
      proof({ claims: { htu: 'http://store.example/orders/1' } }),
      'DPoP proof is for another request',
    ],
    ['for no address', proof({ claims: { htu: undefined } }), 'DPoP proof is for another request'],
    [
      'for another token',
      proof({ claims: { ath: athOf(free) } }),
      'DPoP proof is for another token',
    ],
    ['for no token', proof({ claims: { ath: undefined } }), 'DPoP proof is for another token'],
    [
      'that is old',
      proof({ claims: { iat: NOW - 61 } }),
      'DPoP proof is too old, or from the future',
    ],
    [
      'from the future',
      proof({ claims: { iat: NOW + 61 } }),
      'DPoP proof is too old, or from the future',
    ],
    [
      'without a time',
      proof({ claims: { iat: undefined } }),
      'DPoP proof is too old, or from the future',
    ],
    [
      'with a time that is text',
      proof({ claims: { iat: `${NOW}` } }),
      'DPoP proof is too old, or from the future',
    ],
    ['without an id', proof({ claims: { jti: undefined } }), malformed],
    ['with an id without end', proof({ claims: { jti: 'x'.repeat(300) } }), malformed],
    ['of another type', proof({ header: { typ: 'JWT' } }), malformed],
    ['of no type', proof({ header: { typ: undefined } }), malformed],
    ['without a key', proof({ header: { jwk: undefined } }), malformed],
    [
      'with a private key',
      proof({ header: { jwk: client.privateKey.export({ format: 'jwk' }) } }),
      malformed,
    ],
    [
      'with a secret',
      proof({ header: { alg: 'HS256', jwk: { kty: 'oct', k: 'AAAA' } } }),
      malformed,
    ],
    ['signed by nobody', proof({ header: { alg: 'none' } }), malformed],
    ['with crit', proof({ header: { crit: ['x'] } }), malformed],
    ['twice in one header', `${proof()}, ${proof()}`, malformed],
    ['that is no JWT', 'x', malformed],
    ['that is huge', 'a.'.repeat(9000), malformed],
  ])('a proof %s', async (_, given, text) => {
    expect(await made().outcome('DPoP', bound, given)).toBe(text)
  })

  test('what is wrong takes no place: it may be sent right under the same id', async () => {
    const { outcome } = made()
    expect(await outcome('DPoP', bound, proof({ claims: { jti: 'x', htm: 'PUT' } }))).toMatch(
      'another request',
    )
    expect(await outcome('DPoP', bound, proof({ claims: { jti: 'x' } }))).toBe('accepted')
  })

  test('a clock that is set back does not bring a used proof back', async () => {
    const { outcome, time } = made()
    const one = proof()
    expect(await outcome('DPoP', bound, one)).toBe('accepted')
    time.pass(30)
    time.at.seconds = NOW
    expect(await outcome('DPoP', bound, one)).toBe('DPoP proof was used before')
  })

  test('used proofs are forgotten in time, and never for lack of room', () => {
    const { clock, pass } = movableClock()
    const seen = new SeenOnce(clock, 'DPoP proofs', 2)
    expect(seen.add('a', 1000)).toBe(true)
    expect(seen.add('b', 1000)).toBe(true)
    expect(() => seen.add('c', 1000)).toThrow('Too many DPoP proofs')
    expect(seen.add('a', 1000)).toBe(false)
    pass(1)
    expect(seen.add('c', 1000)).toBe(true)
    expect(seen.add('a', 1000)).toBe(true)
  })

  test('thumbprints are those of RFC 7638', async () => {
    for (const pair of [client, rsaPair(), ed25519Pair()]) {
      expect(thumbprintOf(pair.publicKey)).toBe(await calculateJwkThumbprint(jwk(pair) as JWK))
    }
  })

  test.each([
    [{ dpop: true, header: 'x-token' }, 'dpop needs the header authorization'],
    [{ dpop: { lifetime: '10m' } }, 'dpop.lifetime must be a duration from 1s to'],
    [{ dpop: { require: true } }, "unknown option 'require'"],
    [{ dpop: 'yes' }, 'jwtAuth(): dpop'],
  ])('%j is a start-up mistake', (options, message) => {
    expect(() => jwtAuth({ keys: SECRET, ...(options as object) })).toThrow(message)
  })
})

describe('RFC 8705: tokens that are bound to a certificate', () => {
  const pem = execFileSync(
    'openssl',
    [
      ...'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=client -keyout /dev/null'.split(
        ' ',
      ),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
  )
  const der = Buffer.from(pem.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64')
  const print = createHash('sha256').update(der).digest('base64url')
  const token = issue('HS256', SECRET, { claims: { cnf: { 'x5t#S256': print } } })

  test('as PEM or DER, at once or later', async () => {
    for (const given of [pem, der, new Uint8Array(der)]) {
      expect(await made({ certificate: () => given }).outcome('Bearer', token)).toBe('accepted')
      expect(await made({ certificate: async () => given }).outcome('Bearer', token)).toBe(
        'accepted',
      )
    }
  })

  test('another one, none, and nobody who says', async () => {
    const other = Buffer.from(der)
    other[40] = (other[40] ?? 0) ^ 1
    const text = 'Token is bound to a key that the request does not show'
    expect(await made({ certificate: () => other }).outcome('Bearer', token)).toMatch(
      'another certificate',
    )
    expect(await made({ certificate: () => null }).outcome('Bearer', token)).toBe(text)
    expect(await made({}).outcome('Bearer', token)).toBe(text)
    expect(await made({ certificate: () => null }).outcome('Bearer', free)).toBe('accepted')
  })

  test('is asked with every call, for remembered tokens too', async () => {
    let given: Uint8Array | null = der
    const { outcome } = made({ certificate: () => given })
    expect(await outcome('Bearer', token)).toBe('accepted')
    given = null
    expect(await outcome('Bearer', token)).not.toBe('accepted')
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('down')
      },
    ],
    ['answers with what is none', () => 'x'],
    ['answers with a number', () => 7],
    ['answers nothing', () => undefined],
  ])('a hook that %s has failed, and says nothing of the caller', async (_, certificate) => {
    // @ts-expect-error: what JavaScript callers may hand over
    await expect(made({ certificate }).outcome('Bearer', token)).rejects.toThrow()
  })

  test('bound to both, both are needed', async () => {
    const cnf = { jkt: thumbprintOf(client.publicKey), 'x5t#S256': print }
    const both = issue('HS256', SECRET, { claims: { cnf } })
    const given = () => proof({ claims: { ath: athOf(both) } })
    const { outcome } = made({ dpop: true, certificate: () => der })
    expect(await outcome('DPoP', both, given())).toBe('accepted')
    expect(await outcome('Bearer', both)).not.toBe('accepted')
    const without = made({ dpop: true, certificate: () => null })
    expect(await without.outcome('DPoP', both, given())).not.toBe('accepted')
  })
})

test.each([
  [{}],
  [[]],
  [null],
  ['x'],
  [{ jkt: 'short' }],
  [{ jkt: 7 }],
  [{ jwk: {} }],
  [{ kid: 'x' }],
  [{ jkt: 'A'.repeat(43), jwe: 'x' }],
  [{ 'x5t#S256': null }],
])(
  'RFC 7800: a binding that is malformed, or of a kind we cannot check, is not overlooked: %j',
  async (cnf) => {
    const { outcome } = made({ dpop: true, certificate: () => null })
    expect(await outcome('Bearer', issue('HS256', SECRET, { claims: { cnf } }))).toBe(
      "Invalid 'cnf' claim",
    )
  },
)
