import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPart, splitToken } from './compact-token.ts'

const spell = (bytes: string | Uint8Array) => Buffer.from(bytes).toString('base64url')

describe('three parts', () => {
  test('P-JWT-3: the signature is over the first two, dot included', () => {
    expect(splitToken('a.bc.d')).toEqual({
      header: 'a',
      payload: 'bc',
      signature: 'd',
      signed: 'a.bc',
    })
    expect(splitToken('..')).toEqual({ header: '', payload: '', signature: '', signed: '.' })
  })

  test.each(['', 'a', '.', 'a.b', '...', 'a.b.c.', 'a.b.c.d', 'a.b.c.d.e'])(
    'P-JWT-3: %o is no token',
    (text) => {
      expect(splitToken(text)).toBeNull()
    },
  )
})

describe('a part', () => {
  test('HTTP-7: an object', () => {
    expect(readPart(spell('{"a":[1,"é"]}'))).toEqual({ a: [1, 'é'] })
  })

  test.each([
    ['nothing', ''],
    ['a list', spell('[]')],
    ['null', spell('null')],
    ['text', spell('"x"')],
    ['equal keys', spell('{"a":1,"a":1}')],
    ['equal keys deep inside', spell('{"x":[{"a":1,"\\u0061":2}]}')],
    ['a rounded integer', spell('{"a":9007199254740993}')],
    ['half a character', spell('{"a":"\\ud800"}')],
    ['a prototype', spell('{"__proto__":{}}')],
    ['a mark of byte order', spell('\ufeff{}')],
    ['bytes that are not UTF-8', spell(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))],
    ['overlong UTF-8', spell(Uint8Array.of(0x7b, 0x22, 0xc1, 0xa1, 0x22, 0x3a, 0x31, 0x7d))],
    ['nesting without end', spell(`{"a":${'['.repeat(40)}${']'.repeat(40)}}`)],
    ['padding', `${spell('{"a":1}')}==`],
    ['unused bits', spell('{"a":1}').replace(/Q$/, 'R')],
    ['white space', ` ${spell('{}')}`],
    ['the other alphabet', spell('{"a":"???>>>"}').replaceAll('_', '/').replaceAll('-', '+')],
    [
      'a letter that ends like one of the alphabet',
      spell('{}').replace('e', String.fromCharCode(0x165)),
    ],
  ])('PW-18, HTTP-7: %s is refused', (_, part) => {
    expect(readPart(part)).toBeNull()
  })

  test('PW-18: no two texts are read (property)', () => {
    const letters = 'ABCDwxyz0189-_+/= \n.\u0141'
    const json = fc.dictionary(fc.string(), fc.integer()).map((value) => JSON.stringify(value))
    fc.assert(
      fc.property(
        json,
        fc.nat(),
        fc.constantFrom(...letters),
        fc.boolean(),
        (text, seed, letter, put) => {
          const part = spell(text)
          const at = seed % part.length
          const other = part.slice(0, at) + letter + part.slice(put ? at : at + 1)
          fc.pre(other !== part)
          const read = readPart(other)
          // Another text may be another object, spelled rightly.
          if (read !== null)
            expect(Buffer.from(other, 'base64url').toString('base64url')).toBe(other)
        },
      ),
    )
  })
})
