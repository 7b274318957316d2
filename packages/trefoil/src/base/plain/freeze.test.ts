import { expect, test } from 'vitest'
import { deepFreeze, freezeTelling } from './freeze.ts'

test('W-3: objects and arrays are frozen all the way down and returned as they are', () => {
  const value = { list: [{ n: 1 }], bare: Object.assign(Object.create(null), { inner: {} }) }
  expect(deepFreeze(value)).toBe(value)
  expect(Object.isFrozen(value)).toBe(true)
  expect(Object.isFrozen(value.list)).toBe(true)
  expect(Object.isFrozen(value.list[0])).toBe(true)
  expect(Object.isFrozen(value.bare.inner)).toBe(true)
  expect(() => value.list.push({ n: 2 })).toThrow(TypeError)
})

test('W-4: a default that is frozen only at the top does not stay changeable below', () => {
  const value = deepFreeze(Object.freeze({ tags: ['a'], more: Object.freeze([{ n: 1 }]) }))
  expect(Object.isFrozen(value.tags)).toBe(true)
  expect(Object.isFrozen(value.more[0])).toBe(true)
})

test('W-3: a cycle ends', () => {
  const value: { self?: unknown; list: unknown[] } = { list: [] }
  value.self = value
  value.list.push(value, value.list)
  deepFreeze(value)
  expect(Object.isFrozen(value)).toBe(true)
  expect(Object.isFrozen(value.list)).toBe(true)
  expect(deepFreeze(value)).toBe(value)
})

test('W-3: class instances keep their own rules', () => {
  const map = new Map([['a', 1]])
  const value = deepFreeze({ map, at: new Date(0) })
  expect(Object.isFrozen(value.map)).toBe(false)
  expect(Object.isFrozen(value.at)).toBe(false)
})

test('W-3: scalars pass', () => {
  for (const value of [null, undefined, 0, 'text', true, 5n]) expect(deepFreeze(value)).toBe(value)
})

test('FND-10: what freezing does not hold still is told', () => {
  for (const loose of [new Date(0), new Uint8Array(1), new SharedArrayBuffer(1), new Map()]) {
    expect(freezeTelling({ deep: [loose] })).toBe(true)
  }
  expect(freezeTelling({ deep: [1, 'a', /a/] })).toBe(false)
})
