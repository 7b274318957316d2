import { expect, test } from 'vitest'
import { snapshot } from './snapshot.ts'

test('FND-2: what is held elsewhere and changed afterwards changes no copy', () => {
  const date = new Date(0)
  const bytes = new Uint8Array([1, 2])
  const buffer = new Uint8Array([7]).buffer
  const inner = { a: 1 }
  const list = [inner]
  const map = new Map<unknown, unknown>([[inner, list]])
  const set = new Set<unknown>([inner])
  const copy = snapshot({ date, bytes, inner, list, map, set })
  const copied = snapshot(buffer) as ArrayBuffer
  date.setTime(9)
  bytes[0] = 9
  new Uint8Array(buffer)[0] = 9
  inner.a = 9
  list.push({ a: 10 })
  map.clear()
  set.clear()
  expect(copy).toEqual({
    date: new Date(0),
    bytes: new Uint8Array([1, 2]),
    inner: { a: 1 },
    list: [{ a: 1 }],
    map: new Map([[{ a: 1 }, [{ a: 1 }]]]),
    set: new Set([{ a: 1 }]),
  })
  // Two buffers of one size are equal to the one who compares them, whatever is in them.
  expect([...new Uint8Array(copied)]).toEqual([7])
})

test('FND-2: a member is read once, so it cannot say one thing now and another later', () => {
  let reads = 0
  const copy = snapshot({
    get balance() {
      return ++reads
    },
  })
  expect(reads).toBe(1)
  expect(copy).toEqual({ balance: 1 })
  expect(Object.getOwnPropertyDescriptor(copy, 'balance')?.get).toBeUndefined()
})

test('a value that contains itself keeps that form', () => {
  const loop: { self?: unknown; list: unknown[] } = { list: [] }
  loop.self = loop
  loop.list.push(loop.list)
  const copy = snapshot(loop) as typeof loop
  expect(copy).not.toBe(loop)
  expect(copy.self).toBe(copy)
  expect(copy.list[0]).toBe(copy.list)
})

test('a member called __proto__ is a member, and no prototype', () => {
  const copy = snapshot(JSON.parse('{"__proto__":{"isAdmin":true}}')) as object
  expect(Object.getPrototypeOf(copy)).toBe(Object.prototype)
  expect(Object.hasOwn(copy, '__proto__')).toBe(true)
  expect('isAdmin' in copy).toBe(false)
  expect(Object.getPrototypeOf(snapshot(Object.create(null)))).toBeNull()
})

test('instances of other classes, functions and plain values stay what they are', () => {
  class Money {
    cents = 1
  }
  for (const value of [new Money(), () => 1, 'text', 7, 5n, null, undefined, Symbol.iterator]) {
    expect(snapshot(value)).toBe(value)
  }
})

test('FND-10: a copy is of the class of what it is a copy of', () => {
  class UtcDate extends Date {
    override getDay(): number {
      return this.getUTCDay()
    }
  }
  const buffer = Buffer.from('abc')
  const copied = snapshot(buffer) as Buffer
  buffer.fill(0)
  expect(copied.toString('utf8')).toBe('abc')
  const numbers = Float64Array.of(1.5)
  const view = new DataView(Uint8Array.of(0, 7, 8).buffer, 1, 1)
  const copy = snapshot({ numbers, view, date: new UtcDate(0) }) as {
    numbers: Float64Array
    view: DataView
    date: Date
  }
  numbers[0] = 9
  view.setUint8(0, 9)
  expect(copy.numbers).toEqual(Float64Array.of(1.5))
  expect([copy.view.byteLength, copy.view.getUint8(0)]).toEqual([1, 7])
  expect(copy.date).toBeInstanceOf(UtcDate)
  expect(copy.date.getDay()).toBe(4)
})
