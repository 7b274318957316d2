import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { TokenCache } from './token-cache.ts'

function context(expiresAt = 100): AuthContext {
  return new AuthContext({ subject: 'a', expiresAt })
}

test('P-JWT-8: a hit gives back the very context', () => {
  const cache = new TokenCache(2)
  const known = context()
  cache.set('t', known)
  expect(cache.get('t', 99)).toBe(known)
  expect(cache.get('t ', 99)).toBeNull()
})

test('X-08: from the second exp names on it is gone, and stays gone', () => {
  const cache = new TokenCache(2)
  cache.set('t', context(100))
  expect(cache.get('t', 100)).toBeNull()
  expect(cache.get('t', 99)).toBeNull()
})

test('P-JWT-8: a context without expiry is never served', () => {
  const cache = new TokenCache(2)
  cache.set('t', new AuthContext({ subject: 'a' }))
  expect(cache.get('t', 1)).toBeNull()
})

test('P-JWT-8: the one not used for longest leaves when the cache is full', () => {
  const cache = new TokenCache(2)
  cache.set('a', context())
  cache.set('b', context())
  cache.get('a', 1)
  cache.set('c', context())
  expect(cache.get('b', 1)).toBeNull()
  expect(cache.get('a', 1)).not.toBeNull()
  expect(cache.get('c', 1)).not.toBeNull()
})

test('P-JWT-8: a token verified twice at once takes one place, and nobody else has to leave', () => {
  const cache = new TokenCache(2)
  cache.set('a', context())
  cache.set('b', context())
  cache.set('b', context())
  expect(cache.get('a', 1)).not.toBeNull()
})

test('P-JWT-8: the order of leaving is the order of use, however often the newest is asked for', () => {
  const cache = new TokenCache(3)
  for (const token of ['a', 'b', 'c']) cache.set(token, context())
  for (const token of ['a', 'a', 'c', 'c', 'c', 'a', 'a']) cache.get(token, 1)
  cache.set('d', context())
  expect(cache.get('b', 1)).toBeNull()
  cache.set('e', context())
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
      let list: (readonly [token: string, context: AuthContext])[] = []
      for (const { set, token, expires, now } of steps) {
        const known = list.find(([key]) => key === token)?.[1]
        const kept = set ? context(expires) : known
        if (set && kept !== undefined) cache.set(token, kept)
        const fresh = kept !== undefined && (set || (kept.expiresAt ?? 0) > now)
        if (!set) expect(cache.get(token, now)).toBe(fresh ? kept : null)
        list = list.filter(([key]) => key !== token)
        if (fresh && size > 0) list = [...list, [token, kept] as const].slice(-size)
      }
    }),
  )
})

test('P-JWT-8: the newest one leaves like any other, and the memory of it with it', () => {
  const cache = new TokenCache(1)
  cache.set('a', context())
  cache.set('b', context())
  expect(cache.get('a', 1)).toBeNull()
  const again = context()
  cache.set('b', again)
  expect(cache.get('b', 1)).toBe(again)
})

test('P-JWT-1: size 0 keeps nothing', () => {
  const cache = new TokenCache(0)
  cache.set('t', context())
  expect(cache.get('t', 1)).toBeNull()
})
