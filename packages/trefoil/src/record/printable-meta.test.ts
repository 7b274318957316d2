import { expect, test } from 'vitest'
import { Secret } from '../base/secret.ts'
import { printableMeta } from './printable-meta.ts'

test('P-RESP-1 metadata in a line: plain values, and no secret', () => {
  expect(printableMeta({ cost: 2, key: new Secret('s3cret'), at: new Date(0), n: 5n })).toEqual({
    cost: 2,
    key: '[secret]',
    at: '1970-01-01T00:00:00.000Z',
    n: '5',
  })
})

test('P-RESP-1 what is too much for a line is named', () => {
  expect(printableMeta({ rows: 'x'.repeat(10_000) })).toBe('[too long: 10011 characters]')
})

test('P-RESP-1 what has no JSON form is named', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle
  expect(printableMeta(circle)).toBe('[object Object]')
})
