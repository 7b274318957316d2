import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeBase64url, encodeBase64url } from './base64url.ts'

test('PW-18: every byte string has exactly one spelling, and it comes back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const text = encodeBase64url(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64url'))
      expect(decodeBase64url(text)).toEqual(new Uint8Array(bytes))
    }),
  )
})

test.each([
  ['padding', 'YQ=='],
  ['white space', ' YQ'],
  ['a line feed at the end', 'YQ\n'],
  ['characters of plain base64', 'a+/b'],
  ['a length no byte string has', 'YWJjZ'],
  ['altered trailing bits', 'YR'],
  ['non-ASCII', 'YQé'],
])('PW-18: %s is refused', (_, text) => {
  expect(decodeBase64url(text)).toBeNull()
})

test('PW-18: no other text decodes to the same bytes (property)', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), (text) => {
      const bytes = decodeBase64url(text)
      if (bytes !== null) expect(encodeBase64url(bytes)).toBe(text)
    }),
  )
})
