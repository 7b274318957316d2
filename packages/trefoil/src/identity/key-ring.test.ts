import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { holdRingTo, isKeyRing, keyRing, ringKeys } from './key-ring.ts'

test('X-10: text is its UTF-8 bytes, bytes are themselves', () => {
  const ring = keyRing('é', [new Uint8Array([1, 2])])
  expect([...ring.current]).toEqual([0xc3, 0xa9])
  expect(ring.previous.map((key) => [...key])).toEqual([[1, 2]])
  expect(Object.isFrozen(ring)).toBe(true)
  expect(Object.isFrozen(ring.previous)).toBe(true)
})

test('X-10: what is handed in and out are copies: nobody changes a key that was checked', () => {
  const bytes = new Uint8Array([1, 2, 3])
  const ring = keyRing(bytes)
  bytes.fill(0)
  ring.current.fill(0)
  expect([...ring.current]).toEqual([1, 2, 3])
})

test.each([
  ['a list', ['b', 'c']],
  ['a set', new Set(['b', 'c'])],
  [
    'values of a map',
    new Map([
      ['x', 'b'],
      ['y', 'c'],
    ]).values(),
  ],
  [
    'a generator',
    (function* () {
      yield* ['b', 'c']
    })(),
  ],
])('X-10: previous keys may come in %s', (_, previous) => {
  const ring = keyRing('a', previous)
  expect(ring.previous.map((key) => new TextDecoder().decode(key))).toEqual(['b', 'c'])
})

test('X-10: each key once', () => {
  expect(keyRing('a', ['a', 'b', 'b']).previous).toHaveLength(1)
})

test('AUTH-9: replace puts others in, and retires for good those that are gone', () => {
  const ring = keyRing('a', ['b'])
  const [a, b] = ringKeys(ring)
  expect(ring.version).toBe(1)
  ring.replace('c', ['a'])
  expect(ring.version).toBe(2)
  expect([a?.retired, b?.retired]).toEqual([false, true])
  // The same key, and not one like it: verdicts that rest on it stay.
  expect(ringKeys(ring)[1]).toBe(a)
  ring.replace('b')
  expect(ringKeys(ring)[0]).not.toBe(b)
  expect(b?.retired).toBe(true)
})

test('PW-26: what a user of the ring needs of keys holds for those that come later', () => {
  const ring = keyRing('long enough')
  holdRingTo(ring, (key) => {
    if (key.length < 5) throw new ImproperlyConfigured('too short')
  })
  expect(() => ring.replace('x')).toThrow('too short')
  expect(() => ring.replace('long as well', ['x'])).toThrow('too short')
  // Nothing was changed.
  expect(ring.version).toBe(1)
  expect(new TextDecoder().decode(ring.current)).toBe('long enough')
  expect(() =>
    holdRingTo(keyRing('x'), () => {
      throw new ImproperlyConfigured('now')
    }),
  ).toThrow('now')
})

test('PW-26: an empty key, or none, is a start-up mistake', () => {
  expect(() => keyRing('')).toThrow(ImproperlyConfigured)
  expect(() => keyRing(new Uint8Array())).toThrow(ImproperlyConfigured)
  expect(() => keyRing('a', [''])).toThrow(
    'keyRing(): previous key 1 must be non-empty text or bytes, got empty text',
  )
  expect(() => keyRing('a').replace('')).toThrow(
    'replace(): the current key must be non-empty text or bytes, got empty text',
  )
  // @ts-expect-error: an environment variable that is not set
  expect(() => keyRing(undefined)).toThrow(
    'keyRing(): the current key must be non-empty text or bytes, got undefined; is the variable that it comes from set?',
  )
})

test('X-10: a ring is told from a key, and from what only looks like a ring', () => {
  expect(isKeyRing(keyRing('a'))).toBe(true)
  const lookalike = { current: new Uint8Array(1), previous: [] }
  for (const value of [
    'a',
    new Uint8Array([1]),
    null,
    {},
    lookalike,
    new Proxy(keyRing('a'), {}),
  ]) {
    expect(isKeyRing(value)).toBe(false)
  }
})

test.each([
  ['text', 'previous'],
  ['bytes', new Uint8Array([1])],
  ['null', null],
  ['a number', 5],
  ['an object', {}],
])('SW-29: %s in the place of a list is refused', (_, previous) => {
  // @ts-expect-error: what JavaScript callers may hand over
  expect(() => keyRing('current', previous)).toThrow('previous keys must be a list')
})

test('FND-38: a ring prints no keys', () => {
  const ring = keyRing('the secret', ['the old one'])
  const shown = [
    inspect(ring, { showHidden: true, depth: 9, getters: true }),
    JSON.stringify(ring),
    String(ring),
    JSON.stringify(Object.entries(Object.getOwnPropertyDescriptors(ring))),
  ].join()
  expect(shown).not.toMatch(/secret|old one|116|104/)
  expect(Object.keys(ring)).toEqual([])
})
