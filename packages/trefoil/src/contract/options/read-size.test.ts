import { expect, test } from 'vitest'
import { readSize, size } from './read-size.ts'

test('FND-14: text with a unit is bytes', () => {
  expect(readSize('body', '2mb')).toBe(2 * 1024 * 1024)
  expect(readSize('body', '0b')).toBe(0)
})

test('FND-14: a bare number is refused, and the message says what to write', () => {
  expect(() => readSize('body', 1500)).toThrow(
    /^body must be a size such as '2mb' \(b, kb, mb, gb\), got the number 1500; write '1500b' for bytes$/,
  )
})

test('FND-38: what is no size is named by its kind', () => {
  expect(() => readSize('body', 'hunter2')).toThrow(/got text of 7 characters$/)
})

test('FND-14: size() takes text from outside, or throws', () => {
  expect(size(' 2MB ')).toBe('2mb')
  expect(() => size(undefined)).toThrow(
    /^size\(\): text must be a size such as '2mb' .*, got undefined$/,
  )
})
