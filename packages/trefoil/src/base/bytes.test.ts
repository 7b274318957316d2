import { expect, test } from 'vitest'
import { parseByteSize } from './bytes.ts'

test.each([
  ['0b', 0],
  ['1500b', 1500],
  ['2mb', 2 * 1024 * 1024],
  ['1KB', 1024],
  ['3Gb', 3 * 1024 ** 3],
  [' 7b ', 7],
])('APP-3: %o is %i bytes', (size, bytes) => {
  expect(parseByteSize(size)).toBe(bytes)
})

test.each([
  '2',
  'mb',
  '2tb',
  '-1mb',
  '1 mb',
  '',
  '1.5mb',
  '1e3b',
  '٣kb',
  0,
  1500,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 53,
  '9007199254740991kb',
  true,
  null,
  undefined,
])('APP-3: %o is no size', (size) => {
  expect(parseByteSize(size)).toBeNull()
})
