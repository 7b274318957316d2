import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { PUBLIC_KEY } from '../algorithms.ts'
import { ecPair, ed25519Pair, jwk, pem, rsaPair } from '../issuer.fixture.ts'
import { type KeyReading, publicKeyOfJwk, publicKeyOfPem } from './public-key.ts'

const rsa = rsaPair()
const p256 = ecPair('P-256')
const ed = ed25519Pair()

const algorithms = (reading: KeyReading) =>
  'mistake' in reading ? reading.mistake : reading.algorithms.join()

describe('RFC 8725 §3.1: a key has one algorithm', () => {
  test.each([
    ['RSA that does not say', publicKeyOfJwk(jwk(rsa), null), 'RS256'],
    ['RSA that says', publicKeyOfJwk(jwk(rsa, { alg: 'PS384' }), null), 'PS384'],
    ['RSA, the first accepted', publicKeyOfJwk(jwk(rsa), ['ES256', 'PS256', 'RS256']), 'PS256'],
    ['P-256', publicKeyOfJwk(jwk(p256), null), 'ES256'],
    ['P-384', publicKeyOfJwk(jwk(ecPair('P-384')), null), 'ES384'],
    ['P-521', publicKeyOfJwk(jwk(ecPair('P-521')), null), 'ES512'],
    ['Ed25519, which has two names', publicKeyOfJwk(jwk(ed), null), 'EdDSA,Ed25519'],
    ['Ed25519, one of them', publicKeyOfJwk(jwk(ed, { alg: 'Ed25519' }), null), 'Ed25519'],
    ['PEM', publicKeyOfPem(pem(rsa), ['PS512']), 'PS512'],
  ])('%s', (_, reading, expected) => {
    expect(algorithms(reading)).toBe(expected)
  })

  test.each([
    ['EC that says RS256', jwk(p256, { alg: 'RS256' })],
    ['P-256 that says ES384', jwk(p256, { alg: 'ES384' })],
    ['RSA that says EdDSA', jwk(rsa, { alg: 'EdDSA' })],
  ])('%s is for none', (_, key) => {
    expect(algorithms(publicKeyOfJwk(key, null))).toMatch('for another algorithm')
  })

  test('RSA where only elliptic curves are accepted is for none', () => {
    expect(algorithms(publicKeyOfJwk(jwk(rsa), ['ES256', 'EdDSA']))).toMatch('another algorithm')
  })
})

describe('JWT-6: keys that are refused', () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const three = generateKeyPairSync('rsa', { modulusLength: 2048, publicExponent: 3 })
  const k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' })
  const ed448 = generateKeyPairSync('ed448')
  const x = jwk(p256) as unknown as { x: string; y: string; kty: string }
  test.each<[string, object, RegExp]>([
    ['RSA of 1024 bits', jwk(weak), /RSA key of 1024 bits; at least 2048/],
    ['RSA with exponent 3', jwk(three), /exponent below 65537/],
    ['RSA with exponent 1, under which any text signs itself', { ...jwk(rsa), e: 'AQ' }, /./],
    ['a point that is not on its curve', { ...x, x: x.y, y: x.x }, /not a valid JWK/],
    ['a point at zero', { ...x, x: 'A'.repeat(43), y: 'A'.repeat(43) }, /not a valid JWK/],
    ['secp256k1', jwk(k1), /not a(ccepted| valid)/],
    ['Ed448', jwk(ed448), /type or curve that is not accepted/],
    ['a secret', { kty: 'oct', k: 'AAAA' }, /type RSA, EC or OKP/],
    ['a private key', { ...rsa.privateKey.export({ format: 'jwk' }) }, /private key/],
    ['a key for encryption', jwk(rsa, { use: 'enc' }), /not for signatures/],
    ['a key that may only sign', jwk(rsa, { key_ops: ['sign'] }), /not for verifying/],
    ['operations as text', jwk(rsa, { key_ops: 'verify' }), /not for verifying/],
    ['a kid that is a number', jwk(rsa, { kid: 7 }), /'kid'/],
    ['a kid without end', jwk(rsa, { kid: 'k'.repeat(300) }), /'kid'/],
    ['HS256 on a public key', jwk(rsa, { alg: 'HS256' }), /'alg' that is not accepted/],
    ['none', jwk(rsa, { alg: 'none' }), /'alg' that is not accepted/],
    ['members that are no text', { kty: 'RSA', n: 7, e: ['AQAB'] }, /type RSA, EC or OKP/],
    ['nothing in it', {}, /type RSA, EC or OKP/],
  ])('%s', (_, key, reason) => {
    const reading = publicKeyOfJwk(key, null)
    expect('mistake' in reading ? reading.mistake : 'accepted').toMatch(reason)
  })

  test.each([
    ['a private key', String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })), 'private'],
    [
      'a private key of RSA',
      String(rsa.privateKey.export({ type: 'pkcs1', format: 'pem' })),
      'private',
    ],
    [
      'a private key behind a public one',
      pem(rsa) + String(p256.privateKey.export({ type: 'sec1', format: 'pem' })),
      'private',
    ],
    ['no PEM', 'a secret of at least 32 bytes, from a vault', 'is not PEM text'],
    ['PEM of nothing', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 'in PEM'],
  ])('%s in PEM', (_, text, reason) => {
    const reading = publicKeyOfPem(text, null)
    const mistake = 'mistake' in reading ? reading.mistake : 'accepted'
    expect(mistake).toMatch(reason)
    // FND-38: never what it was.
    expect(mistake).not.toMatch(/AAAA|vault/)
  })
})

test('P-ASYM-1: PKCS#1 in PEM too', () => {
  const text = String(rsa.publicKey.export({ type: 'pkcs1', format: 'pem' }))
  expect(algorithms(publicKeyOfPem(text, null))).toBe('RS256')
})

test('equal keys have one fingerprint, others another', () => {
  const print = (key: unknown) => {
    const reading = publicKeyOfJwk(key, null)
    return 'mistake' in reading ? '' : reading.fingerprint
  }
  expect(print(jwk(rsa, { kid: 'a' }))).toBe(print({ kid: 'a', x5t: 'x', ...jwk(rsa) }))
  expect(print(jwk(rsa, { kid: 'a' }))).not.toBe(print(jwk(rsa, { kid: 'b' })))
  expect(print(jwk(rsa, { alg: 'PS256' }))).not.toBe(print(jwk(rsa)))
  expect(print(jwk(rsa))).not.toBe(print(jwk(rsaPair())))
})

test('every row of the table has keys that fit it', () => {
  for (const { keyType, curve } of Object.values(PUBLIC_KEY)) {
    const pair = curve === null ? (keyType === 'rsa' ? rsa : ed) : ecPair(curve)
    expect(createPublicKey(pem(pair)).asymmetricKeyType).toBe(keyType)
  }
})
