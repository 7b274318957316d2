import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { isCanonicalPath, parseMountPath, spellsLiterals, stripMountPath } from './mount-path.ts'
import { parseTarget } from './target.ts'

describe('isCanonicalPath (FND-27)', () => {
  it.each([
    '/',
    '/admin',
    '/admin/stats',
    '/a/b@c.example',
    '/a/b%40c.example',
    '/things:cancel',
    '/a;v=1',
    '/caf%C3%A9',
    '/100%25',
    '/a%20b',
    '/a%5Cb',
    '/...',
    '/.well-known/x',
    '/a..b',
  ])('%s is', (path) => {
    expect(isCanonicalPath(path)).toBe(true)
  })

  it.each([
    '',
    'admin',
    '//',
    '//admin',
    '/admin/',
    '/admin//stats',
    '/./admin',
    '/x/../admin',
    '/admin/..',
    '/admin/.',
    '/%2e%2e/admin',
    '/%61dmin',
    '/%41dmin',
    '/a%2Db',
    '/a%2db',
    '/a%7Eb',
    '/a%5Fb',
    '/admin%2Fstats',
    '/admin%2fstats',
    '/caf%c3%a9',
    '/a%5cb',
    '/admin\\stats',
    '/admin|x',
    '/a"b',
    '/a b',
    '/café',
    '/a%',
    '/a%4',
    '/a#b',
    '/a?b',
  ])('%s is not', (path) => {
    expect(isCanonicalPath(path)).toBe(false)
  })

  // Bare or escaped, needlessly or not: every way to send these characters.
  const char = fc.constantFrom(...'aZ09-._~!@:;=+,%/ é'.split('').filter((one) => one !== '/'))
  const segment = fc.array(char, { minLength: 1, maxLength: 4 }).map((chars) => chars.join(''))
  const spelled = (text: string, all: boolean) =>
    [...text]
      .map((one) => {
        const plain = encodeURIComponent(one)
        const isSingle = one.charCodeAt(0) < 0x80
        return all && isSingle
          ? `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
          : plain
      })
      .join('')

  test('one path has one spelling, but for what may stand bare or escaped in an argument', () => {
    const path = fc.array(segment, { minLength: 1, maxLength: 3 })
    fc.assert(
      fc.property(path, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), (parts, ways) => {
        fc.pre(parts.every((part) => part !== '.' && part !== '..'))
        const canonical = `/${parts.map((part) => spelled(part, false)).join('/')}`
        expect(isCanonicalPath(canonical)).toBe(true)
        const other = `/${parts.map((part, at) => spelled(part, ways[at] === true)).join('/')}`
        expect(parseTarget(other)?.path).toBe(parseTarget(canonical)?.path)
        const isBareOnly =
          other === canonical ||
          !/%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/.test(other)
        expect(isCanonicalPath(other)).toBe(isBareOnly)
      }),
    )
  })
})

test.each([
  ['/a@b/x%40y', '/a@b/{id}', true],
  ['/a%40b/x', '/a@b/{id}', false],
  ['/things%3Acancel', '/things:cancel', false],
  ['/files/a%2Bb/c%3Dd', '/files/{rest:path}', true],
  ['/caf%C3%A9/x', '/café/{id}', true],
  ['/plain', '/plain', true],
])('%s spells the literals of %s: %s', (path, template, expected) => {
  expect(spellsLiterals(path, template)).toBe(expected)
})

test.each([
  ['/api', '/api'],
  ['/api/', '/api'],
  ['/', ''],
  ['', ''],
  ['/a/b-c', '/a/b-c'],
  ['api', null],
  ['/a//b', null],
  ['//', null],
  ['/a/..', null],
  ['/../a', null],
  ['/a/./b', null],
  ['/%61', null],
  ['/a?b', null],
])('%s is the mount path %s', (text, parsed) => {
  expect(parseMountPath(text)).toBe(parsed)
})

test.each([
  ['/api', '/'],
  ['/api/', '/'],
  ['/api?x', '/?x'],
  ['/api/who?x', '/who?x'],
  ['/api//who', '//who'],
  ['/apiwho', null],
  ['/API/who', null],
  ['/%61pi/who', null],
  ['//api/who', null],
  ['http://x/api/who', null],
])('%s under /api is %s', (target, rest) => {
  expect(stripMountPath(target, '/api')).toBe(rest)
})
