import { expect, test } from 'vitest'
import { addressMistake, isInside, isLoopback } from './address.ts'

test.each([
  ['https://issuer.example/jwks', null],
  ['https://10.0.0.5/jwks', null],
  ['http://localhost:8080/jwks', null],
  ['http://127.9.9.9/jwks', null],
  ['http://[::1]:8080/jwks', null],
  ['http://issuer.example/jwks', 'must be an https address'],
  ['http://10.0.0.5/jwks', 'must be an https address'],
  ['http://localhost.evil.example/jwks', 'must be an https address'],
  ['http://127.0.0.1.evil.example/jwks', 'must be an https address'],
  ['file:///etc/passwd', 'must be an https address'],
  ['data:application/json,{}', 'must be an https address'],
  ['ftp://issuer.example', 'must be an https address'],
  ['https://user@issuer.example/', 'must not hold a user'],
  ['https://:p@issuer.example/', 'must not hold a user'],
  ['https://issuer.example/#x', 'must not have a fragment'],
])('JWT-4: %s', (address, mistake) => {
  if (mistake === null) expect(addressMistake(new URL(address))).toBeNull()
  else expect(addressMistake(new URL(address))).toMatch(mistake)
})

test.each([
  '10.0.0.1',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '127.0.0.1',
  '0.0.0.0',
  '[::1]',
  '[::]',
  '[fd00::1]',
  '[fe80::1]',
  '[::ffff:10.0.0.1]',
  '[64:ff9b::a00:1]',
  // Transition, and networks that only look like others: a router of ours may take them home.
  '[2002:7f00:1::]',
  '[64:ff9b:1::a00:1]',
  '[::a00:1]',
  '[fec0::1]',
  '192.88.99.1',
  'localhost',
  'localhost.',
  'a.localhost',
  // Other spellings of 127.0.0.1 and 10.0.0.1, which `URL` writes in full.
  '2130706433',
  '0x7f.1',
  '012.0.0.1',
])('JWT-4: %s is inside of a network', (host) => {
  expect(isInside(new URL(`https://${host}/`))).toBe(true)
})

test.each(['issuer.example', '8.8.8.8', '172.32.0.1', '[2606:4700::1]', '11.0.0.1'])(
  '%s is outside',
  (host) => {
    expect(isInside(new URL(`https://${host}/`))).toBe(false)
    expect(isLoopback(new URL(`https://${host}/`))).toBe(false)
  },
)
