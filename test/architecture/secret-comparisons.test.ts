// Every comparison of a secret goes through the one constant-time function (AUTH-1, PW-25).
import { expect, test } from 'vitest'
import { readSources } from './read-sources.ts'
import { ALLOWED, secretComparisons } from './secret-comparisons.ts'

test('no secret is compared in a time that tells where it differs', () => {
  expect(secretComparisons(readSources())).toEqual([])
})

test('what is allowed is there: a line that has gone must not let another one in', () => {
  const sources = readSources()
  for (const entry of Object.keys(ALLOWED)) {
    const [file = '', text = ''] = entry.split(': ')
    expect(sources.get(file), entry).toContain(text)
  }
})

test.each([
  'if (digest === expected) {}',
  'const ok = sent.signature !== other',
  'const ok = this.#secret == given',
  "const ok = mac(key).toString('hex') === sent",
  'const ok = sha256(given) === kept',
  'const ok = digest.equals(other)',
  'const ok = Buffer.compare(tokenDigest, other) === 0',
  'const ok = (apiKey as string) === given',
  "import { timingSafeEqual } from 'node:crypto'",
])('PW-25: it is found: %s', (code) => {
  expect(secretComparisons(new Map([['identity/x.ts', code]]))).not.toEqual([])
})

test.each([
  'if (token === null || secret === undefined) {}',
  "if (typeof token === 'string') {}",
  "if (token === '') {}",
  'if (token.length !== other.length) {}',
  'if (name === other) {}',
])('and nothing else: %s', (code) => {
  expect(secretComparisons(new Map([['identity/x.ts', code]]))).toEqual([])
})
