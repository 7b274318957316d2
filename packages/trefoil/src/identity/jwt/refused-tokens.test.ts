import { expect, test } from 'vitest'
import { refusal } from '../../contract/auth/refusal.ts'
import { RefusedTokens } from './refused-tokens.ts'

const error = refusal('bad_signature')

test('P-JWT-4: what was refused once is refused again for the same reason', () => {
  const refused = new RefusedTokens(2)
  refused.add('t', error, null)
  expect(refused.get('t', 0)).toBe(error)
  expect(refused.get('t ', 0)).toBeNull()
})

test('X-08: a clock that was set back gives an expired token its chance again', () => {
  const refused = new RefusedTokens(2)
  refused.add('t', error, 100)
  expect(refused.get('t', 100)).toBe(error)
  expect(refused.get('t', 99)).toBeNull()
})

test('a flood of different tokens takes the places of one another and no more memory', () => {
  const refused = new RefusedTokens(2)
  for (const token of ['a', 'b', 'b', 'c']) refused.add(token, error, null)
  expect(['a', 'b', 'c'].map((token) => refused.get(token, 0))).toEqual([null, error, error])
})

test('a token as long as a header may be is not kept', () => {
  const refused = new RefusedTokens(2)
  const long = 'x'.repeat(2049)
  refused.add(long, error, null)
  expect(refused.get(long, 0)).toBeNull()
})

test('size 0 keeps nothing', () => {
  const refused = new RefusedTokens(0)
  refused.add('t', error, null)
  expect(refused.get('t', 0)).toBeNull()
})
