import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { NotCanonical } from '../base/json/canonical-json.ts'
import { argumentsHash } from './arguments-hash.ts'

const VECTORS: readonly (readonly [id: string, action: string, args: object, hash: string])[] = [
  [
    'V1',
    'update_order_status',
    { status: 'shipped', order_id: 'ord_1001' },
    '23c4caa787b3348045a4844ec4d45422cc07a9daea3e90cf1fa1a1ab68a9c63b',
  ],
  [
    'V2',
    'users.create',
    { send_email: true, user: { name: 'Ada', age: 37, address: { zip: 'N1', city: 'London' } } },
    'ed563a4332e9772b00cf0000241e246c33b5875ee023f889e935b9e1f4dd7f75',
  ],
  ['V3', 'health', {}, '172b0d1d83b0affd0a4d105b05e1bd0dfc0cf73c21a9dc361ca54e145909a06e'],
  [
    'V4',
    'flags.set',
    { a: null, b: true, c: false },
    'c0e7c8bc989a87bde59169b7f96faeb33d7b62ba165d427c75d0d71ad9666421',
  ],
  [
    'V6',
    'note.add',
    { text: 'caf\u00e9 \u2603 \ud834\udd1e \u65e5\u672c', é: 'x', z: 'y' },
    'd95b712cb0d6b5aa4eedde51329ce9313760f0a9ffcd70a0212c526a949d127f',
  ],
  [
    'V8',
    'calc',
    { a: 1.5, b: 0.1, c: 1e-7, d: 123456.789, e: 5e-324 },
    'ed7443fcdf2c82ab0d1f15b39100050010271be98e56d28bc5598b960cc34c6b',
  ],
  [
    'V9 by RFC 8785',
    'calc',
    { a: 1.0, b: -0.0, c: 1e16, d: 1e21, e: 100.0, f: 1e22, g: 123456789012345680.0 },
    'a176e4b35d0a62f7d133b154f6afad887961138873c2b12a2c66f320f56e3f00',
  ],
  [
    'V10',
    'calc',
    { max: 9007199254740991, min: -9007199254740991, zero: 0, neg: -7 },
    '4b7d5138fc734949290814cc0294ef7351a827090f54ab8062dfaf35de094c61',
  ],
  [
    'V11',
    'calc',
    { a: 9007199254740993n, b: 9223372036854775807n, c: 18446744073709551615n },
    '9dd0a243b590bd1412ca75ebd1e9f2f32d99237591fbf0b5c30f15d3d290dcb8',
  ],
  [
    'V12',
    'schedule',
    { at: '2026-05-26T10:00:00Z', date: '2026-05-26', dur: 'PT1H' },
    '2851feb501e19a8c51edfb1771c9e98e4b1c6ac4cde4afd627477373d236dc19',
  ],
  ['V14', 'lock', { id: 7 }, '01205748920dcdf3f31c4e0d8dd3e2da3a614b9bea8c4815f29bcf1b60faed5c'],
  [
    'V15',
    'lock_user',
    { notify: false, id: 7 },
    '77caa9421165343fb0f89cd13112ae096847a1eb0b9cc59472e2410e1d2d4e92',
  ],
  [
    'V18',
    'get_order',
    { order_id: 'ord_1001' },
    'ab7720d9861ac3c4c3b39d6da04546c22d253df605f001c98df7adcd2a2b12c9',
  ],
  [
    'V20 sorted at every level',
    'p',
    { payload: { b: 2, a: 1 } },
    'dc696f37eaa38ef1023b3b597f4a960b86f53d4cfb9e4649ebe31f60debe09cd',
  ],
]

test.each(VECTORS)('APPR-11: vector %s', (_, action, args, hash) => {
  expect(argumentsHash(action, args)).toBe(`sha256:${hash}`)
})

describe('what counts and what does not', () => {
  test('APPR-5: an argument that is undefined counts as null', () => {
    expect(argumentsHash('a', { x: undefined })).toBe(argumentsHash('a', { x: null }))
    expect(argumentsHash('a', { x: undefined })).not.toBe(argumentsHash('a', {}))
  })

  test('APPR-9: a date counts as its ISO text', () => {
    const at = new Date(Date.UTC(2026, 4, 26, 10))
    expect(argumentsHash('a', { at })).toBe(argumentsHash('a', { at: '2026-05-26T10:00:00Z' }))
  })

  test('APPR-4: action, argument names and values all count', () => {
    const hashes = [
      argumentsHash('a', { x: 1 }),
      argumentsHash('b', { x: 1 }),
      argumentsHash('a', { y: 1 }),
      argumentsHash('a', { x: '1' }),
      argumentsHash('a', { x: [1] }),
      argumentsHash('a', { x: 1, y: null }),
    ]
    expect(new Set(hashes).size).toBe(hashes.length)
  })

  test('APPR-4: a name cannot forge the rest of the document', () => {
    const forged = argumentsHash('a","arguments":{"x":1}}', {})
    expect(forged).not.toBe(argumentsHash('a', { x: 1 }))
  })

  test('W-8: members in any order give one hash (property)', () => {
    const json = fc.jsonValue({ maxDepth: 3 })
    fc.assert(
      fc.property(fc.dictionary(fc.string(), json), (args) => {
        const reversed = Object.fromEntries(Object.entries(args).reverse())
        expect(argumentsHash('a', reversed)).toBe(argumentsHash('a', args))
      }),
    )
  })

  test('W-8: an argument called __proto__ counts', () => {
    const args: object = JSON.parse('{"__proto__":1}')
    expect(argumentsHash('a', args)).not.toBe(argumentsHash('a', {}))
  })

  test.each([
    ['a set', new Set(['x'])],
    ['NaN', Number.NaN],
    ['a lone surrogate', '\ud800'],
  ])('W-8: %s cannot be hashed', (_, x) => {
    expect(() => argumentsHash('a', { x })).toThrow(NotCanonical)
  })
})
