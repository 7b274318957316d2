import { expect, test } from 'vitest'
import { problemHeaderPairs } from './raw-headers.ts'

test('RESP-3: names are lower-cased, order is kept', () => {
  expect(problemHeaderPairs({ 'Retry-After': '1', allow: 'GET' })).toEqual([
    'retry-after',
    '1',
    'allow',
    'GET',
  ])
  expect(problemHeaderPairs(undefined)).toEqual([])
})

test.each([
  ['a line break', { 'x-a': 'b\r\nset-cookie: c' }],
  ['a NUL', { 'x-a': '\0' }],
  ['a character that folds to a line break', { 'x-a': '\u010a' }],
  ['a name that is none', { 'x a': 'b' }],
  ['a name with a line break', { 'x-a\r\nset-cookie': 'b' }],
  ['an empty name', { '': 'b' }],
  ['a length', { 'Content-Length': '0' }],
  ['an encoding', { 'transfer-encoding': 'chunked' }],
])('RESP-3: %s is left out, and only that', (_, headers) => {
  expect(problemHeaderPairs({ 'x-before': '1', ...headers, 'x-after': '2' })).toEqual([
    'x-before',
    '1',
    'x-after',
    '2',
  ])
})
