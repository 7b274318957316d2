// Who attacks: code in the same process that holds an authenticator, a guard or what they answered
// with, and changes it once the app has started: a plugin, a wrapped library, a polluted prototype.
// What is won: the rights of everybody.
import { describe, expect, test } from 'vitest'
import { AuthContext, guard, hasRole, refusal } from '../../packages/trefoil/src/auth.ts'
import { ALL, ask, hostile, untyped } from './hostile.ts'

const root = new AuthContext({ subject: 'root', roles: ['admin'] })
const ann = new AuthContext({ subject: 'ann' })

function appOf(authenticate: unknown, more: object = {}) {
  const app = hostile({ auth: [{ authenticate, surfaces: ALL, ...more }] })
  app.get('/who', (_, call) => String(call.auth?.subject))
  app.get('/admin', { roles: ['admin'] }, () => 'RAN')
  return app
}

describe('an authenticator that is changed after the start', () => {
  test('its method is replaced, by itself or by others', async () => {
    const own = {
      name: 'own',
      authenticate(_request: unknown): unknown {
        Object.assign(own, { authenticate: (_: unknown) => root })
        return null
      },
    }
    const app = appOf(own)
    for (let call = 0; call < 3; call++) expect((await ask(app, '/who')).status).toBe(401)
  })

  test('a getter that gives another one later is asked once', async () => {
    let reads = 0
    const own = {
      name: 'own',
      get authenticate() {
        return reads++ === 0 ? (_request: unknown) => null : (_request: unknown) => root
      },
    }
    const app = appOf(own)
    expect((await ask(app, '/who')).status).toBe(401)
    expect(reads).toBe(1)
  })

  test('a proxy that answers every question anew', async () => {
    const reads: PropertyKey[] = []
    const target = { name: 'own', authenticate: (_request: unknown) => null, risks: [] }
    const proxy = new Proxy(target, {
      get(from, name, receiver) {
        reads.push(name)
        return Reflect.get(from, name, receiver)
      },
    })
    const app = appOf(proxy)
    Object.assign(target, { authenticate: (_request: unknown) => root })
    expect((await ask(app, '/who')).status).toBe(401)
    for (const name of ['name', 'scheme', 'risks', 'authenticate', 'ambient']) {
      expect(reads.filter((read) => read === name).length, name).toBeLessThanOrEqual(1)
    }
  })

  test('its scheme is changed: nothing that was hidden shows, nothing that was protected opens', async () => {
    const scheme = { type: 'apiKey', in: 'header', name: 'X-Secret-Key' }
    const own = { name: 'own', scheme, authenticate: (_request: unknown) => ann }
    const app = appOf(own)
    app.get('/key', (_, call) => String(call.request.headers.get('x-secret-key')))
    Object.assign(scheme, { name: 'X-Other' })
    const told = await ask(app, '/key', { headers: { 'x-secret-key': 'k' } })
    expect(told.text).toBe('null')
  })

  test('the entry of auth is changed', async () => {
    const entry = { authenticate: (_request: unknown) => null as unknown, surfaces: [...ALL] }
    const app = hostile({ auth: [entry] })
    app.get('/who', (_, call) => String(call.auth?.subject))
    Object.assign(entry, { authenticate: (_request: unknown) => root, onAuthenticated: () => root })
    entry.surfaces.length = 0
    expect((await ask(app, '/who')).status).toBe(401)
  })
})

describe('AUTH-4: what only looks like an answer', () => {
  class Sub extends AuthContext {}
  const forged: Readonly<Record<string, unknown>> = {
    'a copy': { ...root },
    'an heir': Object.create(root),
    'a proxy': new Proxy(root, {}),
    'an object of the prototype': Object.create(AuthContext.prototype),
    'a decision of a guard': { allow: true },
    'a refusal that says it is none': Object.create(refusal('expired'), {
      subject: { value: 'a' },
    }),
    'a context with another prototype': Object.setPrototypeOf({ subject: 'root' }, Sub.prototype),
  }
  test.each(Object.keys(forged))('%s', async (name) => {
    for (const answer of [() => forged[name], async () => forged[name]]) {
      const app = appOf((_request: unknown) => answer())
      expect((await ask(app, '/who')).status).toBe(401)
    }
  })

  test('a refusal cannot be changed for the next caller', () => {
    const one = refusal('expired')
    expect(Object.isFrozen(one)).toBe(true)
    expect(() => Object.assign(one, { text: 'fine' })).toThrow(TypeError)
    expect(() => Object.assign(Object.getPrototypeOf(one), { text: 'fine' })).toThrow(TypeError)
  })

  test('a text of a refusal splits no header', async () => {
    const app = appOf((_request: unknown) => refusal('expired', { text: 'a"\r\nset-cookie: s=1' }))
    const told = await ask(app, '/who', { headers: { authorization: 'Bearer x' } })
    expect(told.status).toBe(401)
    expect(told.headers.get('set-cookie')).toBeNull()
    expect(told.headers.get('www-authenticate')).toContain('\\"')
  })

  test('a polluted prototype answers for nobody', async () => {
    const app = appOf((_request: unknown) => ({}))
    const passing = guard({ name: 'Empty', check: () => untyped({}) })
    const known = appOf((_request: unknown) => ann)
    known.get('/empty', { guards: [passing] }, () => 'RAN')
    await ask(app, '/who')
    await ask(known, '/empty')
    const polluted = Object.prototype as unknown as Record<string, unknown>
    for (const [name, value] of Object.entries({ allow: true, subject: 'root' })) {
      Object.defineProperty(polluted, name, { value, configurable: true })
    }
    try {
      expect((await ask(app, '/who')).status).toBe(401)
      expect((await ask(known, '/empty')).status).toBe(403)
    } finally {
      delete polluted['allow']
      delete polluted['subject']
    }
  })
})

describe('a guard that is changed after the start', () => {
  test('a getter, a replaced method, a proxy', async () => {
    let reads = 0
    const getter = {
      name: 'Getter',
      needsInput: false,
      get decide() {
        // Looked at when it is declared, and taken when the app starts.
        return reads++ < 2 ? () => ({ deny: true, text: 'no' }) : () => ({ allow: true })
      },
    }
    const replaced = { name: 'R', needsInput: false, decide: (): unknown => false }
    const app = appOf((_request: unknown) => ann)
    app.get('/getter', { guards: [untyped(getter)] }, () => 'RAN')
    app.get('/replaced', { guards: [untyped(replaced)] }, () => 'RAN')
    await ask(app, '/getter')
    Object.assign(replaced, { decide: () => ({ allow: true }) })
    for (const path of ['/getter', '/replaced', '/getter']) {
      expect((await ask(app, path)).status).toBe(403)
    }
  })

  test('hasRole of ours cannot be replaced, and judges by sets, not by methods', async () => {
    class Liar extends AuthContext {
      override hasRole(): boolean {
        return true
      }
      override hasAnyRole(): boolean {
        return true
      }
    }
    const liar = new Liar({ subject: 'liar' })
    const app = appOf((_request: unknown) => liar)
    expect((await ask(app, '/admin')).status).toBe(403)
    expect(Object.isFrozen(hasRole('admin'))).toBe(true)
  })
})
