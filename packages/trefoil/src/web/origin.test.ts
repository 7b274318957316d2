import { describe, expect, it } from 'vitest'
import { normalOrigin, originMistake } from './origin.ts'

describe('normalOrigin (CORS-1): as browsers write it', () => {
  it.each([
    ['https://a.example', 'https://a.example'],
    ['https://a.example/', 'https://a.example'],
    ['HTTPS://A.Example:443', 'https://a.example'],
    ['http://a.example:80', 'http://a.example'],
    ['http://a.example:8080', 'http://a.example:8080'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
  ])('%s is %s', (text, origin) => {
    expect(normalOrigin(text)).toBe(origin)
    expect(originMistake(origin)).toBeNull()
  })

  it.each([
    'a.example',
    '//a.example',
    'https://',
    'https://a.example/path',
    'https://a.example?x',
    'https://u@a.example',
    'https://a b.example',
    'https://a.example:99999',
    'https:a.example',
    'null',
    '*',
    '',
  ])('%j is none', (text) => {
    expect(normalOrigin(text)).toBeNull()
    expect(originMistake(text)).toContain('is not an origin; write scheme and host')
  })
})
