import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { equalSecrets } from './constant-time.ts'
import { Secret } from './secret.ts'

test('PW-02: a secret prints nothing of itself, and says its value only when asked', () => {
  const secret = new Secret('hunter2-hunter2')
  const printed = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: { secret } }, { showHidden: true, depth: 9 }),
    Object.entries(secret).join(),
  ]
  for (const text of printed) expect(text).not.toContain('hunter2')
  expect(inspect(secret)).toBe('[secret]')
  expect(secret.reveal()).toBe('hunter2-hunter2')
})

test.each([
  ['same', 'same', true],
  ['same', 'samE', false],
  ['short', 'shorter', false],
  ['', '', true],
  ['', 'x', false],
])('PW-25: secrets %o and %o compare to %o, whatever their lengths', (left, right, equal) => {
  expect(equalSecrets(left, right)).toBe(equal)
})

test('PW-25: text and its bytes are the same secret', () => {
  expect(equalSecrets('käse', new TextEncoder().encode('käse'))).toBe(true)
})
