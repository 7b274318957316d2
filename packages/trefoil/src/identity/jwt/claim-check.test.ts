import { describe, expect, test } from 'vitest'
import { type ClaimRules, checkClaims as check } from './claim-check.ts'

const NOW = 1000
/** What the caller is told. */
const checkClaims = (...args: Parameters<typeof check>) => check(...args)?.text ?? null
const ANY: ClaimRules = { issuers: null, audiences: null, tolerance: 0, isDevelopment: false }
const OURS: ClaimRules = { ...ANY, issuers: ['i', 'j'], audiences: ['a', 'b'] }
const good = { exp: NOW + 1, iss: 'i', aud: 'a' }

const ISSUER = 'Token was not issued by the expected issuer'
const AUDIENCE = 'Token was not issued for this server (audience mismatch)'
const NO_EXPIRY = "Token missing 'exp' (expiry) claim. Tokens without expiry are not accepted."

describe('P-JWT-4: one reason at a time, in a fixed order', () => {
  // Each row mends the first fault of the row before it.
  const faults = { iat: 'x', nbf: 'x' }
  test.each([
    [{ ...faults, exp: NOW }, 'Token expired'],
    [{ ...faults }, ISSUER],
    [{ ...faults, iss: 'x' }, AUDIENCE],
    [{ ...faults, iss: 'x', aud: 'x' }, NO_EXPIRY],
    [{ ...faults, iss: 'x', aud: 'x', exp: 'x' }, ISSUER],
    [{ ...faults, iss: 'j', aud: 'x', exp: 'x' }, AUDIENCE],
    [{ ...faults, iss: 'j', aud: ['x', 'b'], exp: 'x' }, "Invalid 'iat' claim"],
    [{ ...good, iat: 1, nbf: 'x', exp: 'x' }, "Invalid 'nbf' claim"],
    [{ ...good, iat: 1, nbf: NOW + 1, exp: 'x' }, 'Token not yet valid'],
    [{ ...good, iat: 1, nbf: NOW, exp: 'x' }, "Invalid 'exp' claim"],
    [{ ...good, iat: 1, nbf: NOW }, null],
  ])('%j', (claims, reason) => {
    expect(checkClaims(claims, OURS, NOW)).toBe(reason)
  })
})

describe('times', () => {
  test.each([
    [{ exp: NOW }, NOW, 'Token expired'],
    [{ exp: NOW }, NOW - 0.001, null],
    [{ exp: NOW + 0.5 }, NOW + 0.5, 'Token expired'],
    [{ exp: NOW + 0.5 }, NOW + 0.4, null],
    [{ exp: NOW + 9, nbf: NOW }, NOW + 0.9, null],
    [{ exp: NOW + 9, nbf: NOW + 1 }, NOW + 0.9, 'Token not yet valid'],
  ])('X-08: %j at %d', (claims, now, reason) => {
    expect(checkClaims(claims, ANY, now)).toBe(reason)
  })

  test('JWT-7: the tolerance forgives that much, either way', () => {
    const rules = { ...ANY, tolerance: 10 }
    expect(checkClaims({ exp: NOW - 9 }, rules, NOW)).toBeNull()
    expect(checkClaims({ exp: NOW - 10 }, rules, NOW)).toBe('Token expired')
    expect(checkClaims({ exp: NOW + 1, nbf: NOW + 10 }, rules, NOW)).toBeNull()
    expect(checkClaims({ exp: NOW + 1, nbf: NOW + 11 }, rules, NOW)).toBe('Token not yet valid')
  })

  test.each([null, '1', true, [1], {}, Number.POSITIVE_INFINITY, Number.NaN])(
    'PW-14: %o is no time',
    (value) => {
      expect(checkClaims({ exp: value }, ANY, NOW)).toBe("Invalid 'exp' claim")
      expect(checkClaims({ exp: NOW + 1, nbf: value }, ANY, NOW)).toBe("Invalid 'nbf' claim")
      expect(checkClaims({ exp: NOW + 1, iat: value }, ANY, NOW)).toBe("Invalid 'iat' claim")
    },
  )
})

test.each([7, null, {}, [], [['a']], [7], 'ab', ['x'], { a: 'a' }])(
  'PW-08: an audience %j is not us',
  (aud) => {
    expect(checkClaims({ ...good, aud }, OURS, NOW)).toBe(AUDIENCE)
    expect(checkClaims({ ...good, aud }, ANY, NOW)).toBeNull()
  },
)

test.each([7, null, {}, ['i'], 'I', 'ij', ''])('PW-08: an issuer %j is not theirs', (iss) => {
  expect(checkClaims({ ...good, iss }, OURS, NOW)).toBe(ISSUER)
  expect(checkClaims({ ...good, iss }, ANY, NOW)).toBeNull()
})
