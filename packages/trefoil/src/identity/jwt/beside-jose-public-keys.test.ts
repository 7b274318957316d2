// Every algorithm beside a library that many have looked at: never laxer, stricter for listed reasons.
import fc from 'fast-check'
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { jwtAuth } from '../jwt-auth.ts'
import { PUBLIC_KEY, type PublicKeyAlgorithm } from './algorithms.ts'
import {
  ALGORITHMS,
  base64url,
  jwk,
  NOW,
  PUBLIC_ALGORITHMS,
  pairFor,
  pem,
  requestWith,
  rsaPair,
  signatureOf,
} from './issuer.fixture.ts'

const clock = { now: () => NOW * 1000, elapsed: () => 0 }
/** One pair a kind: with keys that share one, a wrong algorithm has a chance. */
const rsa = rsaPair()
const ed = pairFor('EdDSA')
const PAIRS = Object.fromEntries(
  PUBLIC_ALGORITHMS.map((name) => {
    const { keyType } = PUBLIC_KEY[name]
    return [name, keyType === 'rsa' ? rsa : keyType === 'ed25519' ? ed : pairFor(name)]
  }),
)
const STRANGER = Object.fromEntries(PUBLIC_ALGORITHMS.map((name) => [name, pairFor(name)]))
const pairOf = (name: PublicKeyAlgorithm, stranger: boolean) => {
  const pair = (stranger ? STRANGER : PAIRS)[name]
  if (pair === undefined) throw new Error(name)
  return pair
}

/** What is refused here though the library accepts it. */
const isStricter = (token: string, header: Record<string, unknown>) =>
  token.split('.').some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part) ||
  // A zero in front that is left out: two texts for one token (RFC 8017 §8.1.2 wants the full length).
  Buffer.from(token.split('.')[2] ?? '', 'base64url').length % 2 === 1 ||
  'crit' in header ||
  'b64' in header ||
  header['cty'] === 'JWT' ||
  !['string', 'undefined'].includes(typeof header['kid']) ||
  !(header['typ'] === undefined || /^(jwt|at\+jwt)$/i.test(String(header['typ'])))

type Spoil = (signature: Buffer) => Buffer
const SPOILS: readonly Spoil[] = [
  (signature) => signature,
  (signature) => signature.subarray(1),
  (signature) => Buffer.concat([Buffer.from([0]), signature]),
  (signature) => Buffer.concat([signature, signature]),
  (signature) => Buffer.alloc(signature.length),
  (signature) => Buffer.alloc(signature.length, 0xff),
  () => Buffer.alloc(0),
]
const often = <Value>(usual: Value, ...others: readonly Value[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant(usual) },
    { weight: 2, arbitrary: fc.constantFrom(...others) },
  )

const header = (name: string) =>
  fc
    .record({
      alg: often<unknown>(name, ...ALGORITHMS, 'none', 'None', ['RS256'], null),
      typ: often<unknown>('JWT', undefined, 'at+jwt', 'dpop+jwt', 7),
      kid: often<unknown>('k', undefined, 'other', '../../etc/passwd', "' or 1=1 --", 7, null),
      jwk: often<unknown>(undefined, jwk(STRANGER[name] ?? rsa)),
      jku: often<unknown>(undefined, 'https://evil.example/jwks'),
      crit: often<unknown>(undefined, ['x'], ['b64'], []),
      cty: often<unknown>(undefined, 'JWT', 'json'),
    })
    .map((members) => JSON.parse(JSON.stringify(members)) as Record<string, unknown>)

const flip = fc.oneof(
  { weight: 4, arbitrary: fc.constant(-1) },
  { weight: 1, arbitrary: fc.nat(4000) },
)

describe.each(PUBLIC_ALGORITHMS)('JWT-6: %s', (name) => {
  const one = { ...jwk(pairOf(name, false)), alg: name, kid: 'k' }
  const set = createLocalJWKSet({ keys: [one as JWK] })
  const ours = jwtAuth({ jwks: { keys: [one] }, clock, cacheSize: 0 })

  const theirVerdict = async (token: string) => {
    try {
      const { payload } = await jwtVerify(token, set, {
        algorithms: [...PUBLIC_ALGORITHMS],
        requiredClaims: ['exp'],
        currentDate: new Date(NOW * 1000),
      })
      return payload
    } catch {
      return null
    }
  }

  test('never laxer than jose, stricter only where it is listed (property)', async () => {
    let both = 0
    const stranger = often(false, true)
    const spoil = often(SPOILS[0] as Spoil, ...SPOILS)
    await fc.assert(
      fc.asyncProperty(header(name), stranger, spoil, flip, async (head, foreign, ruin, at) => {
        const start = [head, { sub: 'u1', exp: NOW + 60 }]
          .map((part) => base64url(JSON.stringify(part)))
          .join('.')
        const signature = ruin(signatureOf(name, pairOf(name, foreign).privateKey, start))
        let token = `${start}.${base64url(signature)}`
        if (at >= 0) {
          const place = at % token.length
          token = `${token.slice(0, place)}${token[place] === 'A' ? 'B' : 'A'}${token.slice(place + 1)}`
        }
        const theirs = await theirVerdict(token)
        const answer = await ours.authenticate(requestWith(token))
        if (theirs === null) expect(AuthContext.is(answer), token).toBe(false)
        else if (AuthContext.is(answer)) {
          expect(answer.claims).toEqual(theirs)
          both++
        } else expect(isStricter(token, head), JSON.stringify(head)).toBe(true)
      }),
      { numRuns: 150 },
    )
    // Or the comparison would show nothing.
    expect(both).toBeGreaterThan(5)
  })

  test('P-ASYM-1: PEM text does as well', async () => {
    const authenticator = jwtAuth({
      publicKey: pem(pairOf(name, false)),
      algorithms: [name],
      clock,
    })
    const start = [{ alg: name }, { sub: 'u1', exp: NOW + 60 }]
      .map((part) => base64url(JSON.stringify(part)))
      .join('.')
    const token = `${start}.${base64url(signatureOf(name, pairOf(name, false).privateKey, start))}`
    expect(AuthContext.is(await authenticator.authenticate(requestWith(token)))).toBe(true)
  })
})
