import fc from 'fast-check'
import { expect, test } from 'vitest'
import { secretWeakness } from './secret-weakness.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

test.each([
  ['secret', 'shorter than 32 bytes'],
  ['Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0c', 'shorter than 32 bytes'],
  ['x'.repeat(64), 'only a few different characters'],
  ['abcdefghij'.repeat(4), 'a short text repeated'],
  ['changeme-please-changeme-please-changeme', 'a short text repeated'],
  ['12345678901234567890123456789012', 'a short text repeated'],
  ['!"#$%&\'()*+,-./0123456789:;<=>?@', 'characters in their order'],
  ['my-secret-key-my-secret-key-your-secret', 'a well-known example value'],
  ['your-256-bit-secret-for-development-only', 'a well-known example value'],
  ['please_change_this_secret_in_production', 'a well-known example value'],
  ['CHANGE-ME-to-a-long-random-string-of-32-bytes', 'a well-known example value'],
  ['django-insecure-this-is-a-test-key-0001', 'a well-known example value'],
])('PROD: %j is %s', (secret, weakness) => {
  expect(secretWeakness(bytes(secret))).toBe(weakness)
})

test('PROD: random keys pass, as bytes, hexadecimal and base64', () => {
  const property = fc.property(fc.uint8Array({ minLength: 32, maxLength: 64 }), (key) => {
    const texts = (['hex', 'base64', 'base64url'] as const).map((encoding) =>
      bytes(Buffer.from(key).toString(encoding)),
    )
    return [key, ...texts].every((one) => secretWeakness(one) === null)
  })
  // Without bias: the generator's favourites, such as all zeros, are the weak ones.
  fc.assert(property, { numRuns: 500, seed: 7, unbiased: true })
})
