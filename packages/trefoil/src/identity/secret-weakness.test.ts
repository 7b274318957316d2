import { readdirSync, readFileSync } from 'node:fs'
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
  ['django-insecure-&3kx0!q8d)2m@jz7b#n+w5', 'a well-known example value'],
  ['dev-only-change-me-please-dev-only-xx', 'a well-known example value'],
  ['complex_password_at_least_32_characters_long', 'a well-known example value'],
  [
    '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
    'a well-known example value',
  ],
  [
    '09D25E094FAA6CA2556C818166B7A9563B93F7099F6F0F4CAA6CF63B88E8D3E7',
    'a well-known example value',
  ],
  [
    'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
    'a well-known example value',
  ],
  ['CHANGE_THIS_SECRET_1234567890_1234567890', 'a well-known example value'],
  ['secret12345678901234567890123456', 'characters in their order'],
  ['supersecretkey1234567890123456789', 'a well-known example value'],
  ['qwertyuiopasdfghjklzxcvbnm123456', 'a well-known example value'],
  ['thequickbrownfoxjumpsoverthelazydog', 'a well-known example value'],
  ['dont-use-this-secret-in-production', 'a well-known example value'],
  ['Lorem ipsum dolor sit amet consectetur', 'a well-known example value'],
  ['asdfghjklasdfghjkl;zxcvbnm,./1234', 'a well-known example value'],
  ['keyboard cat keyboard dog keyboard cow', 'a well-known example value'],
  ['shhhhhhhhhhhhhhhhhhhhhhhhhhared-secret', 'a well-known example value'],
  ['correct-horse-battery-staple-password', 'a well-known example value'],
  ['a secret for tests, of 32 bytes or more', 'a well-known example value'],
  ['password_password_1111111111_2222222222', 'a well-known example value'],
  ['abcd1234efgh5678ijkl9012mnop3456', 'characters in their order'],
  ['0123456789abcdef0123456789abcdeg', 'characters in their order'],
  ['aaaaaaaabbbbbbbbccccccccddddddddeeeeffffgggghhhh', 'characters in their order'],
])('PROD: %j is %s', (secret, weakness) => {
  expect(secretWeakness(bytes(secret))).toBe(weakness)
})

test.each([
  // Words around a random part are how some systems mark what a secret is for.
  'my-app-secret-84731920561738294057162839405172',
  'secret_key_9f3ac81e07d25b64c1e8f09a7d3b52e6',
  '58203947561029384756102938471650',
])('PROD: %j passes', (secret) => {
  expect(secretWeakness(bytes(secret))).toBeNull()
})

test('PROD: 10000 random keys pass, as bytes, hexadecimal, base64 and uuid', () => {
  const property = fc.property(fc.uint8Array({ minLength: 32, maxLength: 48 }), (key) => {
    const hex = Buffer.from(key).toString('hex')
    const uuid = hex.slice(0, 32).replace(/^(.{8})(.{4}).(.{3})(.{4})(.{12})$/, '$1-$2-4$3-$4-$5')
    const texts = (['base64', 'base64url'] as const).map((coding) =>
      Buffer.from(key).toString(coding),
    )
    texts.push(hex, hex.slice(0, 32), uuid)
    return [key, ...texts.map(bytes)].every((one) => secretWeakness(one) === null)
  })
  // Without bias: the generator's favourites, such as all zeros, are the weak ones.
  fc.assert(property, { numRuns: 10_000, seed: 7, unbiased: true })
})

test('PROD: the secrets of our own pages', () => {
  const root = new URL('../../../../', import.meta.url)
  const pages = readdirSync(new URL('docs/', root)).filter((name) => name.endsWith('.md'))
  const texts = ['README.md', ...pages.map((name) => `docs/${name}`)].map((page) =>
    readFileSync(new URL(page, root), 'utf8'),
  )
  const shown = texts.flatMap((text) => [...text.matchAll(/\b(?:keys: |keyRing\()'([^']+)'/g)])
  expect(shown.length).toBeGreaterThan(3)
  for (const [, secret = ''] of shown) expect(secretWeakness(bytes(secret)), secret).not.toBeNull()
})
