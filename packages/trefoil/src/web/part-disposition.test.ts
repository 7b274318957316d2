import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parsePartDisposition } from './part-disposition.ts'

test.each([
  ['form-data; name="a"', 'a', null],
  ['FORM-DATA; NAME=a', 'a', null],
  ['form-data;name="a"; filename="b.txt"', 'a', 'b.txt'],
  ['form-data; name="a"; filename=""', 'a', ''],
  ['form-data; name="été 日本"; filename="写真.jpg"', 'été 日本', '写真.jpg'],
  ['form-data; name="a"; filename="C:\\dir\\b.txt"', 'a', 'C:\\dir\\b.txt'],
  ['form-data; name="a"; filename="say \\"hi\\".txt"', 'a', 'say "hi".txt'],
  ['form-data; name="a"; filename="x"; filename*=UTF-8\'\'%e2%82%ac.txt', 'a', '€.txt'],
  ["form-data; name=a; filename*=utf-8'en'b%20c", 'a', 'b c'],
  ['form-data; name="a;b=c"', 'a;b=c', null],
])('BIND-16: %s', (header, name, fileName) => {
  expect(parsePartDisposition(header)).toEqual({ name, fileName })
})

test.each([
  [''],
  ['attachment; name="a"'],
  ['form-datax; name="a"'],
  ['form-data'],
  ['form-data; filename="b"'],
  ['form-data; name=""'],
  ['form-data; name="a\tb"'],
  ['form-data; name="a\u0000"'],
  ['form-data; name="a"; filename="b\u0007"'],
  ['form-data; name="a"; name="b"'],
  ['form-data; name="a"; filename="b"; FileName="c"'],
  ['form-data; name="a'],
  ['form-data; name="a" x'],
  ['form-data; name="a"; filename*=UTF-8\'\'%zz'],
  ["form-data; name=a; filename*=latin1''b"],
  ["form-data; name=a; filename*=utf-8''%00"],
])('BIND-16: %j is refused', (header) => {
  expect(parsePartDisposition(header)).toBeNull()
})

test('BIND-16: any name a browser can send comes back', () => {
  const text = fc
    .string({ unit: 'binary', minLength: 1 })
    .filter((name) => !/["\\\p{Cc}]/u.test(name) && name.isWellFormed())
  fc.assert(
    fc.property(text, text, (name, fileName) => {
      const header = `form-data; name="${name}"; filename="${fileName}"`
      expect(parsePartDisposition(header)).toEqual({ name, fileName })
    }),
  )
})
