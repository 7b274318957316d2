import { expect, test } from 'vitest'
import { valueKind } from './value-kind.ts'

test.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  ['', 'empty text'],
  ['x', 'text of 1 character'],
  ['hunter2', 'text of 7 characters'],
  [[], 'an empty list'],
  [['hunter2'], 'a list'],
  [{ hunter: 2 }, 'an object'],
  [new Uint8Array(3), 'an object'],
  [Promise.resolve('hunter2'), 'a promise (write await in front of it)'],
  [() => 'hunter2', 'a function'],
  [7, 'a number'],
  [7n, 'a bigint'],
  [true, 'a boolean'],
  [Symbol('hunter2'), 'a symbol'],
])('FND-38: %o is %s', (value, kind) => {
  expect(valueKind(value)).toBe(kind)
})
