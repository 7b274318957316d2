import { expect, test } from 'vitest'
import { acceptRequestId } from './request-id.ts'

test.each([
  ['abc', 'abc'],
  ['  abc  ', 'abc'],
  ['!~'.repeat(64), '!~'.repeat(64)],
])('OBS-1: %o is taken', (value, id) => {
  expect(acceptRequestId(value)).toBe(id)
})

test.each([undefined, '', '   ', 'a b', 'a\tb', 'é', 'a\nb', 'a\u007f', 'x'.repeat(129)])(
  'OBS-1: %o is replaced',
  (value) => {
    expect(acceptRequestId(value)).toBeNull()
  },
)
