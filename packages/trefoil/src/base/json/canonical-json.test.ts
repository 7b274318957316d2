import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, compareCodePoints, NotCanonical } from './canonical-json.ts'

/** The same value with the members of every object in another order. */
function shuffled(value: unknown, pick: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, pick))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, member]) => ({ key, member, at: pick() }))
  entries.sort((left, right) => left.at - right.at)
  const copy: Record<string, unknown> = Object.create(null)
  for (const { key, member } of entries) copy[key] = shuffled(member, pick)
  return copy
}

describe('order', () => {
  test('APPR-6: members are sorted by code point, array order is kept', () => {
    expect(canonicalJson({ a: 1, _: 2, B: 3, 9: 4, 10: [2, 1] })).toBe(
      '{"10":[2,1],"9":4,"B":3,"_":2,"a":1}',
    )
  })

  test('APPR-6: characters beyond U+FFFF come after U+E000 to U+FFFF', () => {
    expect(canonicalJson({ '\u{1d11e}': 1, '\uffee': 2, '\ue000': 3, '\ud7ff': 4 })).toBe(
      '{"\ud7ff":4,"\ue000":3,"\uffee":2,"\u{1d11e}":1}',
    )
  })

  test('APPR-6: comparison agrees with the list of code points (property)', () => {
    const unit = fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{1d11e}')
    const text = fc.array(unit, { maxLength: 5 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(text, text, (left, right) => {
        const points = (value: string) => Array.from(value, (char) => char.codePointAt(0) ?? 0)
        const [a, b] = [points(left), points(right)]
        const at = a.findIndex((point, index) => point !== b[index])
        const expected = at === -1 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1)
        expect(Math.sign(compareCodePoints(left, right))).toBe(Math.sign(expected))
      }),
    )
  })

  test('W-8: any order of keys at any depth gives one text (property)', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), fc.infiniteStream(fc.nat()), (value, order) => {
        const pick = () => order.next().value
        expect(canonicalJson(shuffled(value, pick))).toBe(canonicalJson(value))
      }),
    )
  })

  test('W-8: the text is JSON of the same value (property)', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        const plain: unknown = JSON.parse(JSON.stringify(value))
        expect(JSON.parse(canonicalJson(plain))).toEqual(plain)
      }),
    )
  })
})

describe('scalars', () => {
  test.each([
    [-0, '0'],
    [1e21, '1e+21'],
    [1e-7, '1e-7'],
    [0.1, '0.1'],
    [18446744073709551615n, '18446744073709551615'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'null'],
  ])('APPR-7, APPR-8: %o', (value, text) => {
    expect(canonicalJson(value)).toBe(text)
  })

  test('APPR-7: only what JSON must escape is escaped', () => {
    expect(canonicalJson('"\\\b\f\n\r\t\u0001\u001f/\u007f\u2028é')).toBe(
      '"\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\u007f\u2028é"',
    )
  })

  test('APPR-9: dates are ISO text without empty fractions, bytes base64', () => {
    expect(canonicalJson(new Date(Date.UTC(2026, 4, 26, 10)))).toBe('"2026-05-26T10:00:00Z"')
    expect(canonicalJson(new Date(Date.UTC(2026, 4, 26, 10, 0, 0, 5)))).toBe(
      '"2026-05-26T10:00:00.005Z"',
    )
    expect(canonicalJson(new Uint8Array([0xff, 0, 1]))).toBe('"/wAB"')
    expect(canonicalJson(Buffer.from([0xff, 0, 1]))).toBe('"/wAB"')
    expect(canonicalJson(new Uint8Array(new SharedArrayBuffer(3)))).toBe('"AAAA"')
  })

  test('APPR-5: undefined is left out of objects and is null in lists, holes included', () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is the case
    expect(canonicalJson({ a: undefined, b: [undefined, , 1] })).toBe('{"b":[null,null,1]}')
  })
})

describe('refusals', () => {
  class Money {
    amount = 1
  }
  class List extends Array {}
  class Bytes extends Uint8Array {}
  class Key extends Buffer {}
  class Day extends Date {}
  const with_ = <Value extends object>(
    value: Value,
    key: PropertyKey,
    member: PropertyDescriptor,
  ) => Object.defineProperty(value, key, { configurable: true, ...member })
  const seen = { value: 1, enumerable: true }
  const getter = { get: () => 1, enumerable: true }
  const holed: unknown[] = []
  holed[1] = 1
  const loop: { self?: unknown } = {}
  loop.self = loop
  const list: unknown[] = []
  list.push(list)
  test.each([
    ['NaN', Number.NaN],
    ['infinity', Number.NEGATIVE_INFINITY],
    ['a lone surrogate', 'a\ud800'],
    ['a lone surrogate in a key', { '\udc00': 1 }],
    ['a map', new Map()],
    ['a set', new Set(['a'])],
    ['a class instance', new Money()],
    ['a boxed string', new String('a')],
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['an invalid date', new Date(Number.NaN)],
    ['an object cycle', loop],
    ['an array cycle', list],
    ['something with toJSON', { toJSON: () => 1 }],
    ['a refusal deep inside', { a: [{ b: new Set() }] }],
    ['a list of a class', List.from([1])],
    ['a list with a member', with_([1], 'extra', seen)],
    ['a list with a hole and a member', with_(holed, 'extra', seen)],
    ['a list with a symbol', with_([1], Symbol('s'), seen)],
    ['a list with a hidden member', with_([1], 'extra', { value: 1 })],
    ['a list with an item that is asked for', with_([], 0, getter)],
    ['a list with a negative index', with_([1], '-1', seen)],
    ['an object with a getter', with_({}, 'a', getter)],
    ['an object with a symbol', with_({}, Symbol('s'), seen)],
    ['an object with a hidden member', with_({}, 'a', { value: 1 })],
    ['a date of a class', new Day(0)],
    ['a date with a member', with_(new Date(0), 'toISOString', { value: () => 'x' })],
    ['what only looks like a date', Object.create(Date.prototype)],
    ['a proxy of a date', new Proxy(new Date(0), {})],
    ['bytes of a class', new Bytes(1)],
    ['a buffer of a class', Object.setPrototypeOf(new Uint8Array(1), Key.prototype)],
    ['what only looks like bytes', Object.create(Uint8Array.prototype)],
    ['signed bytes', new Int8Array(1)],
    ['clamped bytes', new Uint8ClampedArray(1)],
    ['floats', new Float64Array(1)],
    ['a buffer of an array', new ArrayBuffer(1)],
    ['a shared buffer', new SharedArrayBuffer(1)],
    ['a view of data', new DataView(new ArrayBuffer(1))],
    ['a pattern', /a/],
    ['an error', new Error('a')],
    ['a promise', Promise.resolve(1)],
    ['an address', new URL('https://a.b')],
    ['a boxed number', new Number(1)],
    ['a boxed number that looks plain', Object.setPrototypeOf(new Number(1), Object.prototype)],
    ['a date that looks plain', Object.setPrototypeOf(new Date(0), null)],
    ['an instance whose class cannot be named', Object.create({ constructor: 5 })],
  ])('W-8: %s has no canonical text', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(NotCanonical)
  })

  test('W-8: __proto__ is a plain key', () => {
    expect(canonicalJson(JSON.parse('{"__proto__":{"a":1},"a":2}'))).toBe(
      '{"__proto__":{"a":1},"a":2}',
    )
  })
})
