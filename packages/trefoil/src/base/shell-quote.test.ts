import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { shellQuote } from './shell-quote.ts'

test.each(['trefoil', '--order-id', 'ord_1001', './src/app.ts', 'a=b,c:d@e%f+g'])(
  'CLI-10: %s needs no quotes',
  (word) => {
    expect(shellQuote(word)).toBe(word)
  },
)

test.skipIf(process.platform === 'win32')('CLI-10: a shell reads back every word', () => {
  const words = [
    '',
    ' ',
    "it's",
    "''",
    '$(echo pwned)',
    '`id`',
    '"$HOME"',
    'a;b|c&d',
    '!!',
    '*',
    '~',
    '\\',
    'a\nb',
    '{"a":[1]}',
    '#x',
    'é',
  ]
  for (const word of words) {
    const output = execFileSync('sh', ['-c', `printf '%s' ${shellQuote(word)}`], {
      encoding: 'utf8',
    })
    expect(output).toBe(word)
  }
})
