import { expect, test } from 'vitest'
import { canonicalJson } from '../json/canonical-json.ts'
import { plainCopy } from './plain-copy.ts'
import { NotCanonical } from './plain-members.ts'

test('FND-10: a copy has the text of what it is a copy of, and nothing in common with it', () => {
  const value = {
    list: [1, { a: null }, undefined],
    date: new Date(5),
    bytes: new Uint8Array([1, 2]),
    buffer: Buffer.from('abc'),
    big: 5n,
    bare: Object.assign(Object.create(null), { a: 1 }),
    nothing: undefined,
  }
  const copy = plainCopy(value) as typeof value
  expect(copy).toEqual(value)
  expect(canonicalJson(copy)).toBe(canonicalJson(value))
  expect(copy.buffer.toString('utf8')).toBe('abc')
  expect(Object.getPrototypeOf(copy.bare)).toBeNull()
  for (const name of ['list', 'date', 'bytes', 'buffer', 'bare'] as const) {
    expect(copy[name]).not.toBe(value[name])
  }
  expect('nothing' in copy).toBe(true)
})

test('FND-10: each member is read once', () => {
  let reads = 0
  const value = new Proxy(
    { a: 1 },
    {
      getOwnPropertyDescriptor: (target, key) => {
        reads++
        return {
          ...Reflect.getOwnPropertyDescriptor(target, key),
          value: reads,
          configurable: true,
        }
      },
    },
  )
  expect(plainCopy({ value })).toEqual({ value: { a: 1 } })
  expect(reads).toBe(1)
})

test('FND-10: a name changes no prototype', () => {
  const copy = plainCopy(JSON.parse('{"__proto__":{"isAdmin":true}}')) as object
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  expect(Object.hasOwn(copy, '__proto__')).toBe(true)
})

test('FND-10: what has no text has no copy', () => {
  const loop: unknown[] = []
  loop.push(loop)
  for (const value of [new Map(), loop, Object.assign([1], { a: 1 }), { [Symbol('s')]: 1 }]) {
    expect(() => plainCopy({ value })).toThrow(NotCanonical)
  }
})
