import { expect, test } from 'vitest'
import { parseAppReference } from './app-reference.ts'

test.each([
  ['./src/app.ts#app', './src/app.ts', 'app'],
  ['./src/app.ts:app', './src/app.ts', 'app'],
  ['src/app:store.app', 'src/app', 'store.app'],
  ['./src/app.ts', './src/app.ts', null],
  ['app', 'app', null],
  ['./a#b/app.ts#$app', './a#b/app.ts', '$app'],
  ['C:\\x\\app.ts#app', 'C:\\x\\app.ts', 'app'],
  ['C:\\x\\app.ts:app', 'C:\\x\\app.ts', 'app'],
  ['C:\\x\\app.ts', 'C:\\x\\app.ts', null],
  ['c:/x/app.ts', 'c:/x/app.ts', null],
  ['file:///C:/x/app.ts', 'file:///C:/x/app.ts', null],
  ['file:///x/app.ts', 'file:///x/app.ts', null],
  ['file:///C:/x/app.ts#app', 'file:///C:/x/app.ts', 'app'],
  ['./app.ts#default', './app.ts', 'default'],
])('CLI-3: %s', (text, module, name) => {
  expect(parseAppReference(text)).toEqual({ module, export: name })
})

test.each([
  '',
  '#app',
  ':app',
  './app.ts#',
  './app.ts:',
  './app.ts#a..b',
  './app.ts#a-b',
  './app.ts#.a',
  './app.ts#a()',
])('CLI-3: %j names no app', (text) => {
  expect(parseAppReference(text)).toBe(null)
})
