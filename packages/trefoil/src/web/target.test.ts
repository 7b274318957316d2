import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseTarget } from './target.ts'

test.each([
  ['/health', '/health'],
  ['/health/', '/health'],
  ['//health//', '/health'],
  ['/', '/'],
  ['//', '/'],
  ['/a//b/', '/a/b'],
  ['/a;v=1', '/a;v=1'],
])('ROUTE-7: %s is read as %s', (target, path) => {
  expect(parseTarget(target)).toEqual({ path, search: '' })
})

test.each([
  ['/files/a%2Fb', '/files/a/b'],
  ['/files/a%252Fb', '/files/a%2Fb'],
  ['/files/a%20b', '/files/a b'],
  ['/files/100%25', '/files/100%'],
  ['/files/a%3Fb', '/files/a?b'],
  ['/files/%2e%2e', '/files/..'],
  ['/files/../x', '/files/../x'],
  ['/files/a+b', '/files/a+b'],
  ['/caf%C3%A9', '/café'],
  ['/%2F%2Fa', '/a'],
])('ROUTE-8: %s is decoded exactly once, to %s', (target, path) => {
  expect(parseTarget(target)?.path).toBe(path)
})

test.each([
  ['half an escape', '/a%'],
  ['an escape without digits', '/a%zz'],
  ['bytes that are no UTF-8', '/%ff'],
  ['an overlong slash', '/%c0%af'],
  ['an escaped NUL', '/a%00'],
  ['an escaped line feed', '/a%0Ab'],
  ['an escaped DEL', '/a%7f'],
  ['a raw control character', '/a\u0001'],
  ['raw bytes of UTF-8, read as Latin-1', '/caf\u00c3\u00a9'],
  ['a raw character beyond ASCII', '/caf\u00e9'],
  ['a raw space', '/a b'],
  ['absolute form', 'http://example.com/'],
  ['asterisk form', '*'],
  ['authority form', 'example.com:80'],
  ['nothing', ''],
  ['no leading slash', 'health'],
])('ROUTE-8: %s is refused', (_, target) => {
  expect(parseTarget(target)).toBeNull()
})

test('BIND-5: the query is cut off at the first question mark and stays undecoded', () => {
  expect(parseTarget('/a?b=%ff?c')).toEqual({ path: '/a', search: 'b=%ff?c' })
  expect(parseTarget('/a%3Fb?')).toEqual({ path: '/a?b', search: '' })
})

test('ROUTE-8: no target throws, and an accepted path has no empty segment (property)', () => {
  const piece = fc.constantFrom('/', '%', '2F', '25', 'a', '.', '?', '#', '%2e', '%00', 'é', '\\')
  const target = fc.array(piece, { maxLength: 12 }).map((parts) => `/${parts.join('')}`)
  fc.assert(
    fc.property(fc.oneof(target, fc.string({ unit: 'binary' })), (text) => {
      const read = parseTarget(text)
      if (read === null) return
      expect(read.path).toMatch(/^\/(?!.*\/\/)/s)
      expect(read.path === '/' || !read.path.endsWith('/')).toBe(true)
      expect(read.path).not.toMatch(/[\x00-\x1f\x7f]/)
    }),
  )
})
