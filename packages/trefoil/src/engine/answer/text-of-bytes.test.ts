import { expect, test } from 'vitest'
import { textOfBytes } from './text-of-bytes.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

test.each([['text/plain'], ['text/html; charset=utf-8'], ['application/json'], ['image/svg+xml']])(
  'FND-4: bytes under %s are text',
  (type) => {
    expect(textOfBytes(utf8('é☃'), type)).toBe('é☃')
  },
)

test.each([
  ['image/png'],
  ['application/octet-stream'],
  ['application/pdf'],
  // Read as UTF-8, another character set comes out as other characters.
  ['text/plain; charset=iso-8859-1'],
  [null],
])('FND-4: under %s they stay bytes, though they would make text', (type) => {
  expect(textOfBytes(utf8('é'), type)).toBeNull()
})

test('FND-4: bytes that are no UTF-8 stay bytes, whatever their type says', () => {
  expect(textOfBytes(new Uint8Array([0xff, 0xd8, 0xff, 0xe0]), 'text/plain')).toBeNull()
  expect(textOfBytes(new Uint8Array([0xe2, 0x98]), 'text/plain')).toBeNull()
})

test('FND-4: no byte is lost on the way, a byte order mark neither', () => {
  expect(textOfBytes(utf8('\ufeffa'), 'text/csv')).toBe('\ufeffa')
})
