// Which keys an authenticator may be given, and what a token may say about them.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { AuthContext } from '../contract/auth/auth-context.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { HMAC, type HmacAlgorithm } from './jwt/algorithms.ts'
import {
  ecPair,
  ed25519Pair,
  issue,
  jwk,
  NOW,
  pem,
  requestWith,
  rsaPair,
  signed,
} from './jwt/issuer.fixture.ts'
import type { JwtAuthOptions } from './jwt/jwt-options.ts'
import { type JwtAuth, jwtAuth } from './jwt-auth.ts'

const clock = { now: () => NOW * 1000, elapsed: () => 0 }
const rsa = rsaPair()
const ec = ecPair('P-256')
const ed = ed25519Pair()
const SECRET = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const LONG = `${SECRET}${SECRET}`
const FOR_US = { issuer: 'https://issuer.example', audience: 'store' }
const directory = mkdtempSync(join(tmpdir(), 'keys-'))

function file(name: string, text: string): URL {
  const path = join(directory, name)
  writeFileSync(path, text)
  return pathToFileURL(path)
}

async function outcome(jwt: JwtAuth, token: string): Promise<string> {
  const answer = await jwt.authenticate(requestWith(token))
  return AuthContext.is(answer) ? 'accepted' : (answer?.code ?? 'none')
}

describe('secrets', () => {
  test.each(Object.keys(HMAC) as HmacAlgorithm[])('%s', async (algorithm) => {
    const jwt = jwtAuth({ keys: LONG, algorithms: [algorithm], clock })
    expect(await outcome(jwt, issue(algorithm, LONG))).toBe('accepted')
    expect(jwt.authenticate(requestWith(issue(algorithm, LONG)))).not.toBeInstanceOf(Promise)
    expect(await outcome(jwt, issue(algorithm, `${LONG}x`))).toBe('bad_signature')
    for (const other of Object.keys(HMAC) as HmacAlgorithm[]) {
      if (other === algorithm) continue
      expect(await outcome(jwt, issue(other, LONG))).toBe('wrong_algorithm')
      expect(await outcome(jwt, issue(other, LONG, { header: { alg: algorithm } }))).toBe(
        'bad_signature',
      )
    }
  })

  test.each([
    ['HS256', 31, 32],
    ['HS384', 47, 48],
    ['HS512', 63, 64],
  ] as const)('PW-26: %s refuses %i bytes', (algorithm, short, least) => {
    const make = (length: number) => jwtAuth({ keys: 'x'.repeat(length), algorithms: [algorithm] })
    expect(() => make(short)).toThrow(`at least ${least} bytes for ${algorithm}, got ${short}`)
    make(least)
  })
})

describe('public keys', () => {
  test('P-ASYM-1: PEM text; RS256 is what an RSA key is for', async () => {
    const jwt = jwtAuth({ publicKey: pem(rsa), clock })
    expect(await outcome(jwt, issue('RS256', rsa.privateKey))).toBe('accepted')
    for (const other of ['RS384', 'RS512', 'PS256'] as const) {
      expect(await outcome(jwt, issue(other, rsa.privateKey)), other).toBe('wrong_algorithm')
    }
  })

  test('P-ASYM-1: a file of PEM', async () => {
    const jwt = jwtAuth({ publicKey: file('ec.pem', pem(ec)), algorithms: ['ES256'], clock })
    expect(await outcome(jwt, issue('ES256', ec.privateKey))).toBe('accepted')
  })

  test('a JWK, and Ed25519 under both of its names (RFC 9864)', async () => {
    const jwt = jwtAuth({ publicKey: jwk(ed), clock })
    expect(await outcome(jwt, issue('EdDSA', ed.privateKey))).toBe('accepted')
    expect(await outcome(jwt, issue('Ed25519', ed.privateKey))).toBe('accepted')
    const narrow = jwtAuth({ publicKey: jwk(ed), algorithms: ['Ed25519'], clock })
    expect(await outcome(narrow, issue('EdDSA', ed.privateKey))).toBe('wrong_algorithm')
  })

  test('several, of which any may have signed', async () => {
    const other = rsaPair()
    const jwt = jwtAuth({ publicKey: [pem(rsa), pem(other), jwk(ec)], clock })
    // PEM has no `kid`: whatever the issuer writes there, all of them are tried.
    for (const [algorithm, pair] of [
      ['RS256', rsa],
      ['RS256', other],
      ['ES256', ec],
    ] as const) {
      const token = issue(algorithm, pair.privateKey, { header: { kid: 'of the issuer' } })
      expect(await outcome(jwt, token)).toBe('accepted')
    }
    expect(await outcome(jwt, issue('RS256', rsaPair().privateKey))).toBe('bad_signature')
  })

  test('a set that is handed over', async () => {
    const jwt = jwtAuth({ jwks: { keys: [jwk(rsa, { kid: 'a' }), jwk(ec, { kid: 'b' })] }, clock })
    const of = (kid: string) => issue('RS256', rsa.privateKey, { header: { kid } })
    expect(await outcome(jwt, of('a'))).toBe('accepted')
    // The key that is named, and no other.
    expect(await outcome(jwt, of('b'))).toBe('wrong_algorithm')
    expect(await outcome(jwt, of('c'))).toBe('unknown_key')
    expect(jwt.keyStatus).toBeNull()
  })

  test('P-ASYM-2, P-ASYM-3, PW-07, PW-08: exp, aud and iss as for secrets', async () => {
    const jwt = jwtAuth({ publicKey: pem(rsa), ...FOR_US, clock })
    const of = (claims: object) =>
      outcome(
        jwt,
        issue('RS256', rsa.privateKey, {
          claims: { iss: FOR_US.issuer, aud: ['x', 'store'], ...claims },
        }),
      )
    expect(await of({})).toBe('accepted')
    expect(await of({ exp: undefined })).toBe('missing_claim')
    expect(await of({ exp: NOW })).toBe('expired')
    expect(await of({ aud: 'other' })).toBe('wrong_audience')
    expect(await of({ aud: undefined })).toBe('wrong_audience')
    expect(await of({ iss: 'https://evil.example' })).toBe('wrong_issuer')
    expect(await of({ nbf: NOW + 1 })).toBe('not_yet_valid')
  })

  test('without an audience configured, a token for somebody is accepted (PW-08)', async () => {
    const jwt = jwtAuth({ publicKey: pem(rsa), clock })
    const token = issue('RS256', rsa.privateKey, { claims: { aud: 'anybody' } })
    expect(await outcome(jwt, token)).toBe('accepted')
  })
})

describe('RFC 8725: what a token says of keys and of itself', () => {
  const jwt = jwtAuth({ publicKey: pem(rsa), clock })
  const spki = rsa.publicKey.export({ type: 'spki', format: 'der' })

  test.each<[string, string, string]>([
    ['the RSA key in PEM as HMAC secret', issue('HS256', pem(rsa)), 'wrong_algorithm'],
    ['the RSA key in DER as HMAC secret', issue('HS256', spki), 'wrong_algorithm'],
    [
      'an HMAC that says RS256',
      issue('HS256', pem(rsa), { header: { alg: 'RS256' } }),
      'bad_signature',
    ],
    [
      'none',
      `${issue('RS256', rsa.privateKey, { header: { alg: 'none' } })
        .split('.')
        .slice(0, 2)
        .join('.')}.`,
      'wrong_algorithm',
    ],
    [
      'its own key',
      issue('RS256', rsaPair().privateKey, { header: { jwk: jwk(rsa) } }),
      'bad_signature',
    ],
    ['crit', issue('RS256', rsa.privateKey, { header: { crit: ['exp'] } }), 'malformed'],
    ['b64', issue('RS256', rsa.privateKey, { header: { b64: true } }), 'malformed'],
    ['a token in a token', issue('RS256', rsa.privateKey, { header: { cty: 'JWT' } }), 'malformed'],
    ['five parts, encrypted', `${issue('RS256', rsa.privateKey)}.a.b`, 'malformed'],
    [
      'an id token of DPoP',
      issue('RS256', rsa.privateKey, { header: { typ: 'dpop+jwt' } }),
      'wrong_type',
    ],
    [
      'a logout token',
      issue('RS256', rsa.privateKey, { header: { typ: 'logout+jwt' } }),
      'wrong_type',
    ],
    [
      'a text for a payload',
      signed('RS256', rsa.privateKey, '{"alg":"RS256"}', '"x"'),
      'malformed',
    ],
  ])('%s', async (_, token, code) => {
    expect(await outcome(jwt, token)).toBe(code)
    // Remembered or not, it stays so.
    expect(await outcome(jwt, token)).toBe(code)
  })

  test('where to get keys is not looked at', async () => {
    const header = {
      jku: 'http://127.0.0.1:1/',
      x5u: 'http://127.0.0.1:1/',
      jwk: jwk(ec),
      x5c: ['x'],
    }
    expect(await outcome(jwt, issue('RS256', rsa.privateKey, { header }))).toBe('accepted')
  })

  test('ES256 of zeros, and DER in the place of r and s', async () => {
    const es = jwtAuth({ publicKey: pem(ec), clock })
    const [header, payload] = issue('ES256', ec.privateKey).split('.')
    for (const length of [0, 63, 64, 65, 70, 128]) {
      const zeros = Buffer.alloc(length).toString('base64url')
      expect(await outcome(es, `${header}.${payload}.${zeros}`), `${length}`).toBe('bad_signature')
    }
  })

  test('PW-18: an RSA signature has its full length: a zero in front is not left out', async () => {
    const one = jwtAuth({ publicKey: pem(rsa), algorithms: ['PS256'], clock, cacheSize: 0 })
    // One in 256 begins with a zero; jose takes it without.
    for (let serial = 0; ; serial++) {
      const token = issue('PS256', rsa.privateKey, { claims: { serial } })
      const [header, payload, signature = ''] = token.split('.')
      const bytes = Buffer.from(signature, 'base64url')
      if (bytes[0] !== 0) continue
      const short = `${header}.${payload}.${bytes.subarray(1).toString('base64url')}`
      expect(await outcome(one, token)).toBe('accepted')
      expect(await outcome(one, short)).toBe('bad_signature')
      return
    }
  })

  test('any bit of a signature counts', async () => {
    for (const [algorithm, pair] of [
      ['RS256', rsa],
      ['ES256', ec],
      ['EdDSA', ed],
    ] as const) {
      const one = jwtAuth({ publicKey: pem(pair), clock, cacheSize: 0 })
      const [header, payload, signature = ''] = issue(algorithm, pair.privateKey).split('.')
      for (let bit = 0; bit < 64; bit++) {
        const bytes = Buffer.from(signature, 'base64url')
        const at = (bit * 7) % (bytes.length * 8)
        bytes[at >> 3] = (bytes[at >> 3] ?? 0) ^ (1 << (at & 7))
        const spoiled = `${header}.${payload}.${bytes.toString('base64url')}`
        expect(await outcome(one, spoiled), `${algorithm} ${at}`).toBe('bad_signature')
      }
    }
  })

  test('§3.11: typ, where it is configured, must be there', async () => {
    const typed = jwtAuth({ publicKey: pem(rsa), typ: 'at+jwt', clock })
    const of = (typ: unknown) => outcome(typed, issue('RS256', rsa.privateKey, { header: { typ } }))
    expect(await of('at+jwt')).toBe('accepted')
    expect(await of('application/AT+JWT')).toBe('accepted')
    expect(await of('JWT')).toBe('wrong_type')
    expect(await of(undefined)).toBe('wrong_type')
    expect(await of(7)).toBe('malformed')
    const several = jwtAuth({ publicKey: pem(rsa), typ: ['session', 'at+jwt'], clock })
    const own = issue('RS256', rsa.privateKey, { header: { typ: 'session' } })
    expect(await outcome(several, own)).toBe('accepted')
    expect(await outcome(jwt, own)).toBe('wrong_type')
  })
})

describe('start-up mistakes', () => {
  const url = 'https://issuer.example/jwks'
  test.each<[string, object, string]>([
    [
      'two sources',
      { keys: SECRET, publicKey: pem(rsa) },
      'takes one source of keys, got keys and publicKey',
    ],
    [
      'HS256 beside RS256 (RFC 8725 §3.1)',
      { keys: SECRET, algorithms: ['HS256', 'RS256'] },
      'algorithms for secrets must be one of HS256, HS384, HS512',
    ],
    ['two of HMAC', { keys: LONG, algorithms: ['HS256', 'HS512'] }, 'alone in a list'],
    [
      'RS256 for a secret',
      { keys: SECRET, algorithms: ['RS256'] },
      'other algorithms need publicKey, jwks or discovery',
    ],
    [
      'HS256 for a public key',
      { publicKey: pem(rsa), algorithms: ['HS256'] },
      'HS256, HS384 and HS512 need keys',
    ],
    ['none', { publicKey: pem(rsa), algorithms: ['none'] }, 'must be among RS256'],
    [
      'an algorithm without a key',
      { publicKey: pem(rsa), algorithms: ['RS256', 'PS256'] },
      'no key is for PS256',
    ],
    [
      'a key without an algorithm',
      { publicKey: pem(ec), algorithms: ['RS256'] },
      'publicKey is for another algorithm',
    ],
    [
      'unset keys beside a secret of the environment',
      { keys: undefined, env: { TREFOIL_AUTH_JWT__SECRET: 'k'.repeat(40) } },
      'keys is undefined; is the variable that it comes from set?',
    ],
    [
      'no keys at all',
      { env: {} },
      'needs keys: give keys, publicKey, jwks or discovery, or set TREFOIL_AUTH_JWT__SECRET',
    ],
    ['an empty list', { publicKey: [] }, 'at least one public key'],
    [
      'a number',
      { publicKey: 7 },
      'publicKey must be PEM text, the URL of a PEM file, or a JWK, got a number',
    ],
    ['the second of two', { publicKey: [pem(rsa), 'x'] }, 'publicKey number 2 is not PEM text'],
    ['an address as a file', { publicKey: new URL(url) }, 'keys at an address are given as jwks'],
    [
      'a bad key in a set',
      { jwks: { keys: [jwk(rsa), { kty: 'oct' }] } },
      'jwks key number 2 is not a JWK',
    ],
    [
      'keys over plain HTTP',
      { jwks: 'http://issuer.example/jwks', ...FOR_US },
      'jwks must be an https address',
    ],
    [
      'keys with a password',
      { jwks: 'https://a:b@issuer.example/', ...FOR_US },
      'must not hold a user or password',
    ],
    ['keys from nowhere', { jwks: 'issuer.example', ...FOR_US }, 'jwks must be an address such as'],
    [
      'fetched keys without an issuer',
      { jwks: url, audience: 'a' },
      'needs issuer beside keys that are fetched',
    ],
    ['fetched keys without an audience', { jwks: url, issuer: 'a' }, 'needs audience beside'],
    [
      'discovery without an audience',
      { discovery: 'https://issuer.example' },
      'needs audience beside',
    ],
    [
      'another issuer than the discovered',
      { discovery: 'https://issuer.example', issuer: 'https://issuer.example/', audience: 'a' },
      'issuer must be the one of discovery, to the letter',
    ],
    [
      'discovery with a query',
      { discovery: 'https://issuer.example/?a', audience: 'a' },
      'must not have a query',
    ],
    [
      'keys that grow old for ever',
      { jwks: url, ...FOR_US, fetching: { staleFor: '25h' } },
      'jwtAuth(): fetching.staleFor must be a duration from 0s to 24h',
    ],
    [
      'a misspelt option',
      { keys: SECRET, audiance: 'a' },
      "unknown option 'audiance'; did you mean 'audience'?",
    ],
    [
      'a header that is none',
      { keys: SECRET, header: 'a b' },
      'jwtAuth(): header must be the name of a header',
    ],
    ['an empty type', { keys: SECRET, typ: '' }, 'typ must be non-empty text'],
    [
      'a hook that is none',
      { keys: SECRET, isRevoked: true },
      'jwtAuth(): isRevoked must be a function',
    ],
    [
      'an unknown provider',
      { keys: SECRET, claims: 'okta' },
      'claims must be one of keycloak, auth0, entra',
    ],
    [
      'a misspelt claim',
      { keys: SECRET, claims: { role: 'x' } },
      "jwtAuth(): claims: unknown option 'role'",
    ],
    [
      'an empty place',
      { keys: SECRET, claims: { roles: [[]] } },
      'claims.roles must be the name of a claim',
    ],
  ])('PW-26: %s', (_, options, message) => {
    const make = () => jwtAuth(options as JwtAuthOptions)
    expect(make).toThrow(ImproperlyConfigured)
    expect(make).toThrow(message)
  })

  test('FND-38: a file that cannot be read, or holds something else, is named and not shown', () => {
    const missing = new URL('missing.pem', pathToFileURL(`${directory}/`))
    expect(() => jwtAuth({ publicKey: missing })).toThrow(/missing\.pem cannot be read \(ENOENT\)/)
    const wrong = file('wrong.pem', 'password=hunter2')
    expect(() => jwtAuth({ publicKey: wrong })).toThrow(/wrong\.pem is not PEM text$/)
    const secret = file(
      'private.pem',
      String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })),
    )
    expect(() => jwtAuth({ publicKey: secret })).toThrow(/private\.pem is a private key/)
  })

  test('FND-38: a secret in the wrong place is not shown either', () => {
    for (const options of [
      SECRET,
      { publicKey: SECRET },
      { jwks: SECRET },
      { discovery: SECRET },
      { keys: SECRET, header: `${SECRET} ` },
      { keys: SECRET, claims: SECRET },
      { keys: [SECRET] },
    ]) {
      try {
        jwtAuth(options as JwtAuthOptions)
        expect.unreachable()
      } catch (error) {
        expect(String(error)).toMatch(/jwtAuth|key must be/)
        expect(String(error)).not.toContain(SECRET)
      }
    }
  })
})

describe('what it says of itself', () => {
  test('a secret that is easily guessed, and keys from this machine, are unfit for production', () => {
    const codes = (options: JwtAuthOptions) => jwtAuth(options).risks.map(({ code }) => code)
    expect(codes({ keys: 'x'.repeat(32) })).toEqual(['weak_secret'])
    expect(codes({ keys: SECRET })).toEqual([])
    expect(codes({ jwks: 'http://localhost:1/jwks', ...FOR_US })).toEqual(['local_keys'])
    expect(codes({ jwks: 'https://issuer.example/jwks', ...FOR_US })).toEqual([])
  })

  test('PW-02, P-JWT-8: nothing of it leads to keys or tokens, and nothing prints them', async () => {
    const jwt = jwtAuth({ keys: SECRET, clock })
    const token = issue('HS256', SECRET)
    expect(await outcome(jwt, token)).toBe('accepted')
    const shown = inspect(jwt, { showHidden: true, depth: 20, getters: true }) + JSON.stringify(jwt)
    expect(shown).not.toContain(SECRET)
    expect(shown).not.toContain(token.slice(0, 40))
    expect(Object.keys(jwt).sort()).toEqual([
      'audiences',
      'authenticate',
      'kinds',
      'name',
      'recheck',
      'recognizes',
      'risks',
      'scheme',
      'start',
    ])
    expect(Object.isFrozen(jwt)).toBe(true)
  })
})
