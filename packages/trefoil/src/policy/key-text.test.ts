import { describe, expect, it } from 'vitest'
import { digestOf, keyPart, keyText } from './key-text.ts'

describe('keyText (PW-30)', () => {
  it('has another text for everything that prints alike', () => {
    const values = [
      ...[undefined, null, 'null', 'undefined', '', 0, -0, '0', '-0', 0n, '0n', false, 'false'],
      ...[Number.NaN, 'NaN', Number.POSITIVE_INFINITY, 1, 1n, '1', [1], ['1'], [[1]], { 0: 1 }],
      ...[[], {}, [undefined], [null], { a: undefined }, { a: null }, { a: 1, b: 2 }, 'a:1,b:2'],
      ...['2026-01-01T00:00:00.000Z', new Date('2026-01-01T00:00:00Z'), Date.UTC(2026, 0, 1)],
      ...['é', 'e\u0301', '\ud800', '\ud801', '\\ud800', ['a', 'b'], ['a,b'], ['a","b']],
      ...[JSON.parse('{"__proto__":{"a":1}}'), { a: 1 }, { proto: { a: 1 } }, '#', '#a'],
      ...[{ 'a:b': 'c' }, { a: 'b:c' }, { 'a":"b': 'c' }, 'd1767225600000'],
    ]
    expect(new Set(values.map(keyText)).size).toBe(values.length)
  })

  it('has one text whatever the order of members, also beyond U+FFFF', () => {
    expect(keyText({ b: 1, a: [{ d: 1, c: 2 }] })).toBe(keyText({ a: [{ c: 2, d: 1 }], b: 1 }))
    expect(keyText({ '\u{1f600}': 1, '\uffff': 2 })).toBe(keyText({ '\uffff': 2, '\u{1f600}': 1 }))
  })

  it('has none for what cannot be told apart by its text', () => {
    class Money {
      amount = 1
    }
    let deep: unknown = 1
    for (let level = 0; level < 200; level++) deep = [deep]
    const loop: unknown[] = []
    loop.push(loop)
    const odd: unknown[] = [
      ...[
        new Uint8Array(2),
        Buffer.from('a'),
        new Map(),
        new Set(),
        new Money(),
        /a/,
        new Blob([]),
      ],
      ...[() => 1, Symbol('a'), new Date(Number.NaN), Object.assign([1], { more: 1 }), deep, loop],
      ...[Object.defineProperty({}, 'a', { get: () => Math.random(), enumerable: true })],
      ...[Object.create({ inherited: 1 }), new Proxy(new Date(), {})],
    ]
    for (const value of odd) expect(() => keyText(value)).toThrow(TypeError)
    for (const value of odd) expect(() => keyText({ a: [value] })).toThrow(TypeError)
  })

  it('keeps no secret and nothing long, and no short text looks like what stands for one', () => {
    expect(keyPart('hunter2', true)).not.toContain('hunter2')
    expect(keyPart('hunter2', true)).toBe(digestOf(keyText('hunter2')))
    expect(keyPart('x'.repeat(10_000), false)).toHaveLength(44)
    expect(keyPart('x', false)).toBe('"x"')
    // What somebody sends can be the very digest of another's.
    expect(keyPart(digestOf('"hunter2"'), false)).not.toBe(digestOf('"hunter2"'))
  })
})
