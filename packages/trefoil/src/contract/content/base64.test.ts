import fc from 'fast-check'
import { expect, test } from 'vitest'
import { encodeBase64, isBase64 } from './base64.ts'

test('MCP 1.7: bytes are written as everybody reads them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      const text = encodeBase64(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64'))
      expect(isBase64(text)).toBe(true)
    }),
  )
  const large = new Uint8Array(100_000).map((_, index) => index)
  expect(encodeBase64(large)).toBe(Buffer.from(large).toString('base64'))
})

test('MCP 1.7: text that is taken comes back as the same text (property)', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[AQgw+/=\s-]{0,12}$/), (text) => {
      if (isBase64(text)) expect(Buffer.from(text, 'base64').toString('base64')).toBe(text)
    }),
  )
})

test.each([
  ['no padding', 'YQ'],
  ['white space', 'YQ==\n'],
  ['a line break in it', 'YWFh\r\nYWFh'],
  ['base64url', 'a-_b'],
  ['padding in the middle', 'YQ==YQ=='],
  ['too much padding', 'Y==='],
  ['bits behind the last byte', 'YR=='],
  ['a data URL', 'data:image/png;base64,YQ=='],
])('MCP 1.7: %s is refused', (_, text) => {
  expect(isBase64(text)).toBe(false)
})
