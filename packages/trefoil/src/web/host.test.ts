import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseHost, parseHostPattern } from './host.ts'

function matches(pattern: string, value: string): boolean {
  const host = parseHost(value)
  const test = parseHostPattern(pattern)
  if (test === null) throw new Error(`'${pattern}' is no pattern`)
  return host !== null && test(host)
}

describe('parsing', () => {
  test.each([
    ['example.com', 'example.com', null],
    [' Example.COM ', 'example.com', null],
    ['example.com.', 'example.com', null],
    ['example.com:8080', 'example.com', 8080],
    ['example.com.:443', 'example.com', 443],
    ['127.0.0.1:0', '127.0.0.1', 0],
    ['[::1]', '::1', null],
    ['[::1]:8000', '::1', 8000],
    ['[0:0:0:0:0:0:0:1]', '::1', null],
    ['[::FFFF:127.0.0.1]', '::ffff:7f00:1', null],
    ['my_host', 'my_host', null],
  ])('SEC-4: %s names %s, port %o', (value, name, port) => {
    expect(parseHost(value)).toEqual({ name, port })
  })

  test.each([
    '',
    ' ',
    '.',
    '.example.com',
    'example.com..',
    'a..b',
    'example.com:',
    'example.com:http',
    'example.com:65536',
    'example.com:123456',
    'example.com:1:2',
    '::1',
    '[::1',
    '[::1]x',
    '[::1]:',
    '[example.com]',
    '[::1%eth0]',
    '[]',
    '[:::]',
    'user@example.com',
    'example.com/path',
    'exa mple.com',
    'a,b',
    '-a',
    'exämple.com',
    'a\u0000b',
  ])('SEC-4: %o is no host', (value) => {
    expect(parseHost(value)).toBeNull()
  })

  test('SEC-4: nothing makes it throw, and names have only host characters (property)', () => {
    const piece = fc.constantFrom('[', ']', ':', '.', '1', 'a', 'A', '%', '@', ' ', '/', 'é', '-')
    const text = fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (value) => {
        const host = parseHost(value)
        if (host !== null) expect(host.name).toMatch(/^[a-z0-9_.:-]+$/)
        parseHostPattern(value)
      }),
    )
  })
})

describe('patterns', () => {
  test.each([
    ['*', 'anything.example:1', true],
    ['example.com', 'EXAMPLE.com.:8080', true],
    ['example.com', 'www.example.com', false],
    ['example.com', 'example.com.evil.test', false],
    ['example.com', 'evil-example.com', false],
    ['example.com:8080', 'example.com:8080', true],
    ['example.com:8080', 'example.com:8081', false],
    ['example.com:8080', 'example.com', false],
    ['*.example.com', 'www.example.com', true],
    ['*.example.com', 'a.b.example.com:99', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'evil-example.com', false],
    ['*.example.com', 'www.example.com.evil.test', false],
    ['.example.com', 'example.com', true],
    ['.example.com', 'www.example.com', true],
    ['.example.com', 'evilexample.com', false],
    ['[::1]', '[0:0::1]:3000', true],
    ['[::1]:80', '[::1]:81', false],
    ['[::1]', '[::2]', false],
    ['127.0.0.1', '127.0.0.1:5000', true],
    ['127.0.0.1', '127.0.0.11', false],
  ])('SEC-4: %s against %s is %o', (pattern, value, expected) => {
    expect(matches(pattern, value)).toBe(expected)
  })

  test.each([
    '',
    '**',
    '*.',
    '.',
    '*.*.com',
    'a b',
    '*.example.com:80',
    'https://a.example',
    'a:b',
  ])('SEC-4: %o is no pattern', (text) => {
    expect(parseHostPattern(text)).toBeNull()
  })
})
