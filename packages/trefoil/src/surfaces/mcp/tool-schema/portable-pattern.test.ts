import fc from 'fast-check'
import { expect, test } from 'vitest'
import { portablePattern } from './portable-pattern.ts'

test.each([
  [String.raw`^sku\-[a-z]+$`, '^sku-[a-z]+$'],
  [String.raw`^[\w-.]+$`, String.raw`^[\w\-.]+$`],
  ['[a-z-9]', String.raw`[a-z\-9]`],
  ['[+--]', String.raw`[+-\-]`],
  [String.raw`[a-\d]`, String.raw`[a\-\d]`],
  ['[[:a]', String.raw`[\[:a]`],
  [String.raw`[^\s@]+\@[\]^]`, String.raw`[^\s@]+@[\]\^]`],
  ['a{,5}', String.raw`a\{,5\}`],
  ['a{2}?b{1,3}c{2,}', 'a{2}?b{1,3}c{2,}'],
  [String.raw`\/a]`, String.raw`/a\]`],
  [String.raw`(?<year>\d{4})-(?:x|y)`, String.raw`(?:\d{4})-(?:x|y)`],
  [String.raw`\x41\t\.`, String.raw`\x41\t\.`],
])('FND-42: %s is respelled', (source, expected) => {
  expect(portablePattern(source)).toBe(expected)
})

test.each([
  ...['(?=a)', '(?!a)', '(?<=a)', '(?<!a)', '(?i)a', '(?i:a)', '(', 'a)', '*', '[a', '[]', '[^]'],
  ...[String.raw`(a)\1`, String.raw`(?<n>a)\k<n>`, String.raw`\p{L}`, String.raw`\u0041`],
  ...[
    String.raw`\cA`,
    String.raw`\0`,
    String.raw`[\b]`,
    String.raw`\e`,
    'a{1,1001}',
    '[a&&b]',
    '\\',
  ],
])('FND-42: %s cannot be', (source) => {
  expect(portablePattern(source)).toBeNull()
})

/** Pieces of expressions, with those that only JavaScript without `u` takes. */
const pieces = [
  ...[
    'a',
    'b',
    '-',
    '@',
    '.',
    '\\-',
    '\\@',
    '\\.',
    '\\w',
    '\\d',
    '[a-c]',
    '[\\w-.]',
    '[a-]',
    '[^-a]',
  ],
  ...[
    '(?:a|b)',
    '(a)',
    '(?<n>b)',
    '{',
    '}',
    ']',
    '{2}',
    '{1,2}',
    '?',
    '+',
    '*',
    '|',
    '\\/',
    '[\\]a]',
  ],
  ...['^', '$', '\\s', '[.-]', '[[]', '[a-b-c]', '[+--]'],
]

test('FND-42: what is respelled matches what was written', () => {
  const sources = fc.array(fc.constantFrom(...pieces), { maxLength: 6 }).map((all) => all.join(''))
  const texts = fc.string({ unit: fc.constantFrom(...'ab-@.c9 [{}]/|+,'), maxLength: 6 })
  let respelled = 0
  fc.assert(
    fc.property(sources, fc.array(texts, { minLength: 5, maxLength: 5 }), (source, all) => {
      let written: RegExp
      try {
        written = new RegExp(source)
      } catch {
        return
      }
      const text = portablePattern(source)
      if (text === null) return
      respelled++
      for (const flags of ['', 'u']) {
        const made = new RegExp(text, flags)
        for (const one of all)
          expect(made.test(one), `${source} → ${text}: ${one}`).toBe(written.test(one))
      }
    }),
    { numRuns: 2000 },
  )
  expect(respelled).toBeGreaterThan(500)
})
