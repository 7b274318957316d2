import fc from 'fast-check'
import { expect, test } from 'vitest'
import { findDuplicateKey } from './duplicate-key.ts'

test.each([
  ['{"a":1,"a":2}', '/a'],
  ['{"n":{"kids":[1,{"a":1,"b":[7,8],"a":2}]}}', '/n/kids/1/a'],
  ['[[],[{}],{"x":{"":0,"":1}}]', '/2/x/'],
  ['{"a":1,"\\u0061":2}', '/a'],
  ['{"a/b~c":1,"a/b~c":2}', '/a~1b~0c'],
  ['{"a":"\\":1,{[\\\\","a":2}', '/a'],
  ['{ "a" : "x:y" ,\n "b" : { "a" : 1 } , "b" : 2 }', '/b'],
  // What comes first in the text is told, even inside a member that is dropped later.
  ['{"a":{"x":1,"x":2},"a":1}', '/a/x'],
  ['{"a":{"\\ud800":{"x":1,"x":2}},"a":1}', '/a/\ufffd/x'],
])('HTTP-7: in %s it is at %o', (text, pointer) => {
  expect(findDuplicateKey(text, 32)).toBe(pointer)
})

test('W-32: a dropped member a hundred thousand levels deep ends the search', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  expect(findDuplicateKey(`{"a":${deep},"a":1}`, 32)).toBe('')
})

test('HTTP-7: a document without duplicates has none (property)', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(findDuplicateKey(JSON.stringify(value), 1000)).toBe('')
    }),
  )
})
