import { expect, test } from 'vitest'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { isKeyRing, keyRing } from './key-ring.ts'

test('X-10: text is its UTF-8 bytes, bytes are themselves', () => {
  const ring = keyRing('é', [new Uint8Array([1, 2])])
  expect([...ring.current]).toEqual([0xc3, 0xa9])
  expect(ring.previous.map((key) => [...key])).toEqual([[1, 2]])
  expect(Object.isFrozen(ring)).toBe(true)
  expect(Object.isFrozen(ring.previous)).toBe(true)
})

test('PW-26: an empty key, or none, is a start-up mistake', () => {
  expect(() => keyRing('')).toThrow(ImproperlyConfigured)
  expect(() => keyRing(new Uint8Array())).toThrow(ImproperlyConfigured)
  expect(() => keyRing('a', [''])).toThrow(
    'keyRing(): previous key 1 must be non-empty text or bytes, got empty text',
  )
  // @ts-expect-error: an environment variable that is not set
  expect(() => keyRing(undefined)).toThrow(
    'keyRing(): the current key must be non-empty text or bytes, got undefined; is the variable that it comes from set?',
  )
})

test('X-10: a ring is told from a key', () => {
  expect(isKeyRing(keyRing('a'))).toBe(true)
  for (const value of ['a', new Uint8Array([1]), null, {}]) expect(isKeyRing(value)).toBe(false)
})

test('SW-29: text or a lookalike in the place of a list or a ring is refused', () => {
  // @ts-expect-error: what JavaScript callers may hand over
  expect(() => keyRing('current', 'previous')).toThrow('previous keys must be a list')
  expect(isKeyRing({ current: 'text', previous: [] })).toBe(false)
  expect(isKeyRing({ current: new Uint8Array(1), previous: 'text' })).toBe(false)
  expect(isKeyRing(keyRing('current', ['previous']))).toBe(true)
})
