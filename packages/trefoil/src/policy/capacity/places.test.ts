import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { callerKey, tenantKey } from './caller-key.ts'
import { KeyedPlaces, Places } from './places.ts'

describe('P-MWL-3: places', () => {
  test('count what runs, what ran, and the most at the same time', () => {
    const places = new Places(2)
    places.take()
    places.take()
    expect(places.isFull).toBe(true)
    places.refuse()
    places.release()
    places.take()
    expect(places.counts()).toEqual({ active: 2, total: 3, peak: 2, refused: 1 })
  })

  test('of 0 only count', () => {
    const places = new Places(0)
    for (let index = 0; index < 100; index++) places.take()
    expect(places.isFull).toBe(false)
    expect(places.counts()).toMatchObject({ active: 100, peak: 100 })
  })

  test('PW-31: of many callers keep no entry for one without a call', () => {
    const places = new KeyedPlaces(1)
    for (let index = 0; index < 10_000; index++) {
      places.take(`caller ${index}`)
      expect(places.isFull(`caller ${index}`)).toBe(true)
      places.release(`caller ${index}`)
    }
    expect(places.size).toBe(0)
  })

  test('of a caller called like a member of every object are their own', () => {
    const places = new KeyedPlaces(1)
    for (const key of ['__proto__', 'constructor', 'toString']) {
      expect(places.isFull(key)).toBe(false)
      places.take(key)
      expect(places.isFull(key)).toBe(true)
    }
  })
})

describe('PW-31: keys of callers', () => {
  const known = (subject: string, tenant: string | null, issuer?: string) =>
    new AuthContext({ subject, tenant, issuer })

  test('no two callers share one', () => {
    const callers = [
      known('b:c', 'a'),
      known('c', 'a:b'),
      known('b::c', 'a'),
      known('c', 'a::b'),
      known('c', null),
      known('c', 'null'),
      known('c', null, 'null'),
      known('c', '","'),
      known('","c', null),
      known('c', null, 'https://a'),
      known('127.0.0.1', null),
      known('address', null),
    ]
    const keys = callers.map((auth) => callerKey(auth, '127.0.0.1'))
    keys.push(callerKey(null, '127.0.0.1'), callerKey(null, null), callerKey(null, 'null'))
    expect(new Set(keys).size).toBe(keys.length)
    expect(new Set(['x', 'null', null].map((t) => tenantKey(known('s', t)))).size).toBe(3)
  })

  test('all addresses of an IPv6 network are one stranger, those of IPv4 are not', () => {
    const keyOf = (address: string) => callerKey(null, address)
    expect(keyOf('2001:db8:1:2::1')).toBe(keyOf('2001:db8:1:2:ffff::9'))
    expect(keyOf('2001:db8:1:2::1')).not.toBe(keyOf('2001:db8:1:3::1'))
    expect(keyOf('192.0.2.1')).not.toBe(keyOf('192.0.2.2'))
  })

  test('callers without a tenant are one tenant', () => {
    expect(tenantKey(null)).toBe(tenantKey(known('s', null)))
  })
})
