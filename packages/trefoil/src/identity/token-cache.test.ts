import { expect, test } from 'vitest'
import { AuthContext } from '../contract/auth-context.ts'
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

test('P-JWT-1: size 0 keeps nothing', () => {
  const cache = new TokenCache(0)
  cache.set('t', context())
  expect(cache.get('t', 1)).toBeNull()
})
