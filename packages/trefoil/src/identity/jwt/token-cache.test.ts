import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { TokenCache, type Verdict } from './token-cache.ts'

const KEY = { retired: false }

function verdict(until = 100, more: Partial<Verdict> = {}): Verdict {
  const context = new AuthContext<undefined>({ subject: 'a', payload: undefined })
  return { context, key: KEY, from: Number.NEGATIVE_INFINITY, until, binding: null, ...more }
}

test('P-JWT-8: a hit gives back the very verdict', () => {
  const cache = new TokenCache(2)
  const known = verdict()
  cache.set('t', known)
  expect(cache.get('t', 99)).toBe(known)
  expect(cache.get('t ', 99)).toBeNull()
})

test('X-08: from the second exp names on it is gone, and stays gone', () => {
  const cache = new TokenCache(2)
  cache.set('t', verdict(100))
  expect(cache.get('t', 100)).toBeNull()
  expect(cache.get('t', 99)).toBeNull()
})

test('clock jumps: a clock that was set back does not find what did not hold yet', () => {
  const cache = new TokenCache(2)
  cache.set('t', verdict(100, { from: 50 }))
  expect(cache.get('t', 49)).toBeNull()
  cache.set('t', verdict(100, { from: 50 }))
  expect(cache.get('t', 50)).not.toBeNull()
})

test('AUTH-9: a key that was taken out takes its verdicts with it, the newest one too', () => {
  const cache = new TokenCache(3)
  const key = { retired: false }
  cache.set('other', verdict())
  cache.set('old', verdict(100, { key }))
  cache.set('newest', verdict(100, { key }))
  key.retired = true
  expect(cache.get('newest', 1)).toBeNull()
  expect(cache.get('old', 1)).toBeNull()
  expect(cache.get('other', 1)).not.toBeNull()
  // Nobody brings it back by bringing back the key.
  key.retired = false
  expect(cache.get('newest', 1)).toBeNull()
})

test('P-JWT-8: the one not used for longest leaves when the cache is full', () => {
  const cache = new TokenCache(2)
  cache.set('a', verdict())
  cache.set('b', verdict())
  cache.get('a', 1)
  cache.set('c', verdict())
  expect(cache.get('b', 1)).toBeNull()
  expect(cache.get('a', 1)).not.toBeNull()
  expect(cache.get('c', 1)).not.toBeNull()
})

test('P-JWT-8: a token verified twice at once takes one place, and nobody else has to leave', () => {
  const cache = new TokenCache(2)
  cache.set('a', verdict())
  cache.set('b', verdict())
  cache.set('b', verdict())
  expect(cache.get('a', 1)).not.toBeNull()
})

test('P-JWT-8: the order of leaving is the order of use, however often the newest is asked for', () => {
  const cache = new TokenCache(3)
  for (const token of ['a', 'b', 'c']) cache.set(token, verdict())
  for (const token of ['a', 'a', 'c', 'c', 'c', 'a', 'a']) cache.get(token, 1)
  cache.set('d', verdict())
  expect(cache.get('b', 1)).toBeNull()
  cache.set('e', verdict())
  expect(cache.get('c', 1)).toBeNull()
  for (const token of ['a', 'd', 'e']) expect(cache.get(token, 1)).not.toBeNull()
})

test('P-JWT-8: it keeps what a plain list in order of use keeps (property)', () => {
  const step = fc.record({
    set: fc.boolean(),
    token: fc.constantFrom('a', 'b', 'c', 'd'),
    expires: fc.integer({ min: 1, max: 9 }),
    now: fc.integer({ min: 0, max: 9 }),
  })
  fc.assert(
    fc.property(fc.nat(3), fc.array(step, { maxLength: 40 }), (size, steps) => {
      const cache = new TokenCache(size)
      let list: (readonly [token: string, verdict: Verdict])[] = []
      for (const { set, token, expires, now } of steps) {
        const known = list.find(([key]) => key === token)?.[1]
        const kept = set ? verdict(expires) : known
        if (set && kept !== undefined) cache.set(token, kept)
        const fresh = kept !== undefined && (set || kept.until > now)
        if (!set) expect(cache.get(token, now)).toBe(fresh ? kept : null)
        list = list.filter(([key]) => key !== token)
        if (fresh && size > 0) list = [...list, [token, kept] as const].slice(-size)
      }
    }),
  )
})

test('P-JWT-8: the newest one leaves like any other, and the memory of it with it', () => {
  const cache = new TokenCache(1)
  cache.set('a', verdict())
  cache.set('b', verdict())
  expect(cache.get('a', 1)).toBeNull()
  const again = verdict()
  cache.set('b', again)
  expect(cache.get('b', 1)).toBe(again)
})

test('P-JWT-1: size 0 keeps nothing', () => {
  const cache = new TokenCache(0)
  cache.set('t', verdict())
  expect(cache.get('t', 1)).toBeNull()
})
