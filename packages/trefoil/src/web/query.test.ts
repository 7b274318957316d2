import fc from 'fast-check'
import { expect, test } from 'vitest'
import { commaListsOf, parseQuery, parseUrlencoded, valuesOf } from './query.ts'

test.each([
  ['', []],
  [
    'a=1&b=2',
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  [
    'a=1&a=2',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  ['y=', [['y', '']]],
  ['y', [['y', '']]],
  ['a=b=c', [['a', 'b=c']]],
  ['a=x+y', [['a', 'x y']]],
  ['a=x%2By%20z', [['a', 'x+y z']]],
  ['a=1;b=2', [['a', '1;b=2']]],
  ['&&a=1&', [['a', '1']]],
  ['%61=1', [['a', '1']]],
  ['a=%26b%3D1', [['a', '&b=1']]],
  ['q=caf%C3%A9', [['q', 'café']]],
  ['__proto__=1', [['__proto__', '1']]],
])('BIND-4: %s', (text, pairs) => {
  expect(parseQuery(text)).toEqual(pairs)
})

test.each(['a=%', 'a=%z1', '%ff=1', 'a=%c3', 'ok=1&a=%e0%80%80', 'a=%ed%a0%80'])(
  'BIND-5: %s cannot be decoded, which refuses all of it',
  (text) => {
    expect(parseQuery(text)).toBeNull()
  },
)

test.each([
  'q=caf\u00c3\u00a9',
  'q=\u00e9',
  '\u00e9=1',
  'ok=1&q=%C3%A9\u00e9',
  'q=a b',
  'q=\t',
  'q=\x7f',
])('BIND-5: %j has what a query may not hold unescaped, which refuses all of it', (text) => {
  expect(parseQuery(text)).toBeNull()
})

test('BIND-14: the body of a form may hold any text as it is', () => {
  const pairs = [
    ['a', 'café'],
    ['é', 'x y'],
  ]
  expect(parseUrlencoded('a=café&é=x+y')).toEqual(pairs)
  expect(parseUrlencoded('a=caf%C3%A9&%C3%A9=x y')).toEqual(pairs)
  expect(parseUrlencoded('a=%c3')).toBeNull()
})

test('BIND-4: every value of a name in order, other names left out', () => {
  const pairs = parseQuery('a=1&b=2&a=3&A=4') ?? []
  expect(valuesOf(pairs, 'a')).toEqual(['1', '3'])
  expect(valuesOf(pairs, 'c')).toEqual([])
})

test('BIND-4: what URLSearchParams writes is read back (property)', () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), (pairs) => {
      expect(parseQuery(new URLSearchParams(pairs).toString())).toEqual(pairs)
    }),
  )
})

test('BIND-5: nothing makes it throw (property)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const pairs of [parseQuery(text), parseUrlencoded(text)]) {
        expect(pairs === null || Array.isArray(pairs)).toBe(true)
      }
    }),
  )
})

test.each([
  ['', 'a', []],
  ['b=1', 'a', []],
  ['a=1,2', 'a', [['1', '2']]],
  ['a=1%2C2,3', 'a', [['1,2', '3']]],
  ['a=+x,%E2%98%83', 'a', [[' x', '☃']]],
  ['a=', 'a', [['']]],
  ['a', 'a', [['']]],
  ['a=,', 'a', [['', '']]],
  ['a=1&b=2&a=3,4', 'a', [['1'], ['3', '4']]],
  ['a+b=1&a%20b=2', 'a b', [['1'], ['2']]],
  ['=1', '', [['1']]],
])('FND-12: lists of %j under %j', (text, name, lists) => {
  expect(commaListsOf(text, name)).toEqual(lists)
})

test('FND-12: without commas in them, as other values are (property)', () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { maxLength: 5 }), text, (pairs, name) => {
      const query = new URLSearchParams([...pairs, [name, 'x']]).toString()
      const values = valuesOf(parseQuery(query) ?? [], name)
      expect(commaListsOf(query, name)).toEqual(values.map((value) => [value]))
    }),
  )
})
