import { describe, expect, test } from 'vitest'
import { AuthContext, type Identity } from './auth-context.ts'
import { widened } from './widened.ts'

const WHO: Identity = {
  subject: 'ann',
  kind: 'unknown',
  roles: ['a', 'b'],
  scopes: ['s'],
  audience: ['store', 'shop'],
  issuedAt: 1000,
  expiresAt: 2000,
  actor: [{ subject: 'helper', kind: 'agent', roles: ['a'] }, { subject: 'first' }],
  session: { id: 's1', createdAt: 900, authTime: 950, methods: ['pwd', 'otp'] },
}
const before = new AuthContext(WHO)
const session = WHO.session as NonNullable<Identity['session']>

/** The member that a change of the context widens. */
const change = (more: Partial<Identity>) => widened(before, new AuthContext({ ...before, ...more }))

describe('a context in the place of another (PW-03, DEL-2)', () => {
  test('made of all its members it is the same, and loses nothing', () => {
    const copy = new AuthContext({ ...before })
    expect(widened(before, copy)).toBeNull()
    expect(widened(copy, before)).toBeNull()
    expect({ ...copy, roles: [...copy.roles], scopes: [...copy.scopes] }).toEqual({
      ...before,
      roles: [...before.roles],
      scopes: [...before.scopes],
    })
  })

  test.each<[string, Partial<Identity>]>([
    ['less', { roles: [], scopes: [], expiresAt: 1999, kind: 'agent', session: undefined }],
    ['a shorter login', { session: { id: 's1', createdAt: 900 } }],
    ['fewer ways of showing who it is', { session: { ...session, methods: ['pwd'] } }],
    ['an older login', { session: { ...session, createdAt: 800, authTime: 801 } }],
    ['one audience of two', { audience: 'shop' }],
    ['no audience, which nobody asks for', { audience: undefined }],
    ['an older token', { issuedAt: 999 }],
    ['a token of nobody knows when', { issuedAt: undefined }],
    ['one more who acts', { actor: [{ subject: 'more' }, ...before.actor] }],
  ])('narrows: %s', (_, more) => {
    expect(change(more)).toBeNull()
  })

  test.each<[string, string, Partial<Identity>]>([
    ['a login of now', 'session', { session: { ...session, authTime: 1999 } }],
    ['a login that never was', 'session', { session: { ...session, createdAt: 1999 } }],
    ['a second factor', 'session', { session: { ...session, methods: ['pwd', 'otp', 'hwk'] } }],
    ['another session', 'session', { session: { ...session, id: 's2' } }],
    ['another audience', 'audience', { audience: ['store', 'bank'] }],
    ['a token of now', 'issuedAt', { issuedAt: 1001 }],
    ['an actor taken out', 'actor', { actor: [{ subject: 'helper', kind: 'agent' }] }],
    ['actors the other way round', 'actor', { actor: [...before.actor].reverse() }],
    [
      'an agent made a person',
      'actor',
      { actor: [{ subject: 'helper', kind: 'person' }, { subject: 'first' }] },
    ],
    ['nobody acts any more', 'actor', { actor: [] }],
    ['no end', 'expiresAt', { expiresAt: undefined }],
    ['a person', 'kind', { kind: 'person' }],
  ])('widens: %s', (_, member, more) => {
    expect(change(more)).toBe(member)
  })

  test('a login that was not known of widens, whatever is said of it', () => {
    const plain = new AuthContext({ subject: 'ann' })
    expect(widened(plain, new AuthContext({ subject: 'ann', session }))).toBe('session')
    const short = new AuthContext({ subject: 'ann', session: { id: 's1', createdAt: 900 } })
    expect(widened(short, new AuthContext({ subject: 'ann', session }))).toBe('session')
  })

  test.each([Number.NaN, '3000', new Date(0), { valueOf: () => 1 }])(
    'an end that is no number is none that could be compared: %j',
    (expiresAt) => {
      const identity = { subject: 'ann', expiresAt } as unknown as Identity
      expect(() => new AuthContext(identity)).toThrow(/expiresAt must be a number/)
      const issued = { subject: 'ann', issuedAt: expiresAt } as unknown as Identity
      expect(() => new AuthContext(issued)).toThrow(/issuedAt must be a number/)
    },
  )

  test('a subclass that answers for itself widens, and its getters are not asked', () => {
    class Yes extends AuthContext {
      override hasRole(): boolean {
        return true
      }
    }
    class Sly extends AuthContext {}
    Object.defineProperty(Sly.prototype, 'roles', { get: () => new Set(['admin']) })
    class Late extends AuthContext {
      // A field of the subclass would come after everything was looked at.
      override readonly roles: ReadonlySet<string> = new Set(['admin'])
    }
    expect(widened(before, new Yes({ ...before }))).toBe('hasRole')
    expect(new Sly(WHO).roles.has('admin')).toBe(false)
    expect(() => new Late(WHO)).toThrow(TypeError)
    expect(AuthContext.is(new Proxy(before, {}))).toBe(false)
  })
})
