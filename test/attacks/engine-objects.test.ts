// Who attacks: one handler, middleware or factory of the process, that wants every later call. It
// uses nothing but what it was handed or what is exported, and replaces no built-in.
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import * as auth from '../../packages/trefoil/src/auth.ts'
import * as cookies from '../../packages/trefoil/src/cookies.ts'
import * as trefoil from '../../packages/trefoil/src/index.ts'
import { sendFile } from '../../packages/trefoil/src/node.ts'
import { ALL, ann, ask, hostile, known, untyped } from './hostile.ts'

const { AuthContext, hasRole } = auth
const { CookieSigner, cookieSession } = cookies
const { file, PROBLEMS, sse } = trefoil
const KEYS = 'q8Yd0fP3mZs7Lw2Xc9Vb1Nj6Kt4Rg5Hh'

const undo: (() => void)[] = []
afterEach(() => {
  for (const put of undo.splice(0).reverse()) put()
})

/** Puts something of the attacker's there, where that is possible, until the test ends. */
function plant(target: object, member: PropertyKey, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(target, member)
  if (!Reflect.defineProperty(target, member, { value, configurable: true, writable: true })) return
  undo.push(() => {
    if (before === undefined) Reflect.deleteProperty(target, member)
    else Object.defineProperty(target, member, before)
  })
}
const prototypeOf = (value: unknown): object => Object.getPrototypeOf(value)

describe('what is handed out by mistake', () => {
  test('callState is not handed the engine’s context, and no credential becomes readable', async () => {
    const app = hostile({
      callState(this: unknown) {
        return this ?? {}
      },
      auth: [{ authenticate: (_request) => ann(), surfaces: ALL }],
    })
    app.get('/attack', (_, call) => {
      const { credentialHeaders } = call.state as { credentialHeaders?: Set<string> }
      credentialHeaders?.delete('authorization')
      return Object.keys(Object(call.state))
    })
    app.get('/victim', (_, call) => String(call.request.headers.get('authorization')))
    const headers = { authorization: 'Bearer of-ann' }
    expect((await ask(app, '/attack', { headers })).text).toBe('[]')
    expect((await ask(app, '/victim', { headers })).text).toBe('null')
  })

  test('a middleware is not handed the engine’s round', async () => {
    const app = hostile()
    app.use(function (this: unknown, _, next) {
      if (this !== undefined) plant(prototypeOf(this), 'run', () => 'PWNED')
      return next()
    })
    app.get('/attack', () => 'a')
    app.get('/victim', () => 'b')
    await ask(app, '/attack')
    expect((await ask(app, '/victim')).text).toBe('b')
  })
})

describe('the view that shows credentials', () => {
  // Getters that take every view for their own would show whoever has met one AuthRequest, on whatever
  // surface, the token of each call it is shown later.
  test('its getters answer for no other view', async () => {
    let kept: object = {}
    const app = known((request: auth.AuthRequest) => {
      kept = request
      return ann()
    })
    app.get('/x', (_, call) => {
      const read = (member: 'bearer' | 'headers'): unknown => {
        try {
          return Object.getOwnPropertyDescriptor(prototypeOf(kept), member)?.get?.call(call)
        } catch {
          return null
        }
      }
      const headers = read('headers') as auth.AuthRequest['headers'] | null
      return [read('bearer'), headers?.get('authorization') ?? null]
    })
    const headers = { authorization: 'Bearer of-ann' }
    expect((await ask(app, '/x', { headers })).text).toBe('[null,null]')
  })
})

describe('a view that only looks like one', () => {
  test.each([
    ['an heir', (view: object) => Object.create(view)],
    ['a proxy', (view: object) => new Proxy(view, {})],
  ])('%s of the view of an authenticator shows no credential', async (_, make) => {
    let shown: unknown[] = []
    const app = known((request: auth.AuthRequest) => {
      const fake = make(request) as auth.AuthRequest
      shown = (['bearer', 'headers'] as const).map((member) => {
        try {
          return fake[member]
        } catch (error) {
          return error instanceof TypeError
        }
      })
      return ann()
    })
    app.get('/x', () => 'a')
    await ask(app, '/x', { headers: { authorization: 'Bearer of-ann' } })
    expect(shown).toEqual([true, true])
  })
})

describe('classes that one call can change for all later ones', () => {
  test('the promise of next()', async () => {
    const app = hostile()
    let isFirst = true
    app.use((_, next) => {
      const rest = next()
      if (isFirst)
        plant(prototypeOf(rest), 'then', (ok: never) => Promise.resolve('PWNED').then(ok))
      isFirst = false
      return rest
    })
    app.get('/x', () => 'b')
    await ask(app, '/x')
    expect((await ask(app, '/x')).text).toBe('b')
  })

  test('the table of problems', async () => {
    const app = known(() => null)
    app.get('/x', () => 'RAN')
    plant(PROBLEMS.AUTHENTICATION_ERROR, 'status', 200)
    plant(PROBLEMS.AUTHENTICATION_ERROR, 'text', 'Welcome')
    expect((await ask(app, '/x')).status).toBe(401)
  })

  const session = cookieSession<{ user: string }>({ keys: KEYS, env: {} })
  const withSession = () => {
    const app = known(async (request: auth.AuthRequest) => {
      const user = (await request.resolve(session)).get('user')
      return user === undefined ? null : new AuthContext({ subject: user })
    })
    app.get('/me', (_, call) => String(call.auth?.subject))
    return app
  }

  test('sessions', async () => {
    const app = withSession()
    app.get('/attack', { public: true, params: { session } }, (args) => {
      plant(prototypeOf(args.session), 'get', () => 'admin')
      return 'a'
    })
    await ask(app, '/attack')
    expect((await ask(app, '/me')).status).toBe(401)
  })

  test('the signer of cookies', async () => {
    const app = withSession()
    plant(CookieSigner.prototype, 'open', () => ({ data: { user: 'admin' } }))
    const headers = { cookie: '__Host-session=forged' }
    expect((await ask(app, '/me', { headers })).status).toBe(401)
  })

  test('uploaded files', async () => {
    const app = hostile()
    app.post('/attack', { params: { photo: file() } }, ({ photo }) => {
      plant(prototypeOf(photo), 'text', async () => 'FORGED')
      return 'a'
    })
    app.post('/victim', { params: { photo: file() } }, ({ photo }) => photo.text())
    const body = () => {
      const form = new FormData()
      form.append('photo', new File(['real'], 'a.txt'))
      return { method: 'POST', body: form }
    }
    await ask(app, '/attack', body())
    expect((await ask(app, '/victim', body())).text).toBe('real')
  })

  test('event streams', async () => {
    const events = async function* () {
      yield { data: 'real' }
    }
    const app = hostile()
    app.get('/attack', () => {
      plant(prototypeOf(sse(events()).value), Symbol.asyncIterator, async function* () {
        yield 'data: FORGED\n\n'
      })
      return 'a'
    })
    app.get('/victim', () => sse(events()))
    await ask(app, '/attack')
    expect((await ask(app, '/victim')).text).toContain('real')
  })

  test('what returning() and encoded() make', async () => {
    const returns = trefoil.returning(z.object({ a: z.string() }), {
      jsonSchema: { type: 'object' },
    })
    const app = hostile()
    app.get('/x', { returns }, () => {
      plant(returns['~standard'], 'validate', (value: unknown) => ({ value }))
      return untyped({ a: 'x', leaked: 1 })
    })
    expect((await ask(app, '/x')).text).toBe('{"a":"x"}')
  })

  test('a subclass of AuthContext does not decide what our guards see', async () => {
    class Mine extends AuthContext {}
    const app = known(() => new Mine({ subject: 'ann', roles: ['user'] }))
    app.get('/attack', (_, call) => {
      plant(prototypeOf(call.auth), 'hasAnyRole', () => true)
      return 'a'
    })
    app.get('/victim', { guards: [hasRole('admin')] }, () => 'RAN')
    await ask(app, '/attack')
    expect((await ask(app, '/victim')).status).toBe(403)
  })

  test('a shared context: who acts for whom, and claims', async () => {
    class Acting {
      subject = 'agent_1'
    }
    const actor = [new Acting()]
    const shared = new AuthContext({ subject: 'ann', actor, claims: { groups: new Set(['a']) } })
    const records: unknown[] = []
    const app = hostile({
      auth: [{ authenticate: (_request) => shared, surfaces: ALL }],
      log: { onCall: (record: trefoil.CallRecord) => records.push(record.actor) },
    })
    app.get('/x', (_, call) => {
      try {
        Object.assign(call.auth?.actor[0] ?? {}, { subject: 'forged' })
        const { groups } = (call.auth?.claims ?? {}) as { groups: Set<string> }
        groups.add('admins')
      } catch {}
      return 'a'
    })
    await ask(app, '/x')
    expect(records).toEqual([['agent_1']])
    expect([...(shared.claims['groups'] as Set<string>)]).toEqual(['a'])
  })

  test('what a dependency uses', async () => {
    const uses: Record<string, trefoil.Dependency<string>> = {
      db: trefoil.dependency(() => 'real', { name: 'real' }),
    }
    const repo = trefoil.dependency((given: { db?: string }) => String(given.db), {
      name: 'repo',
      uses,
    })
    const app = hostile()
    app.get('/x', { params: { repo } }, (args) => {
      uses['db'] = trefoil.dependency(() => 'EVIL', { name: 'evil' })
      return args.repo
    })
    await ask(app, '/x')
    expect((await ask(app, '/x')).text).toBe('real')
  })

  test('what a dependency uses, where a function says so', async () => {
    const uses: Record<string, trefoil.Dependency<string>> = {
      db: trefoil.dependency(() => 'real', { name: 'real' }),
    }
    const repo = trefoil.dependency((given: { db?: string }) => String(given.db), {
      name: 'repo',
      uses: () => uses,
    })
    const app = hostile()
    app.get('/x', { params: { repo } }, (args) => {
      uses['db'] = trefoil.dependency(() => 'EVIL', { name: 'evil' })
      return args.repo
    })
    await ask(app, '/x')
    expect((await ask(app, '/x')).text).toBe('real')
  })

  test('forms: what one handler adds to an empty one, no other is sent', async () => {
    const app = hostile()
    app.post('/x', async (_, call) => {
      const read = await call.request.form()
      const seen = [...read.fields]
      try {
        untyped<{ push(pair: unknown): void }>(read.fields).push(['role', 'admin'])
      } catch {}
      plant(prototypeOf(read), 'get', () => 'admin')
      return [seen, read.get('role')]
    })
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const _ of [1, 2]) {
      expect((await ask(app, '/x', { method: 'POST', headers, body: '' })).text).toBe('[[],null]')
    }
  })

  test('iterators of event streams, files that are sent, secrets', async () => {
    const iterator = sse((async function* () {})()).value[Symbol.asyncIterator]()
    const sent = await sendFile(import.meta.filename)
    const secret = new trefoil.Secret('x')
    const pieces = sent.value[Symbol.asyncIterator]()
    expect(Object.isFrozen(prototypeOf(pieces))).toBe(true)
    for (const one of [iterator, sent.value, secret]) {
      for (let link = prototypeOf(one); link !== Object.prototype; link = prototypeOf(link)) {
        expect([link.constructor.name, Object.isFrozen(link)]).toEqual([
          link.constructor.name,
          true,
        ])
      }
    }
  })

  test('generators that are handed out: bodies, files, streams of a list', async () => {
    const app = hostile()
    app.post('/attack', { params: { photo: file() } }, ({ photo }) => {
      const list = trefoil.stream(['real']).value
      for (const one of [photo.stream(), list]) plant(prototypeOf(one), 'next', () => 'PWNED')
      return 'a'
    })
    app.post('/attack-body', (_, call) => {
      plant(prototypeOf(call.request.stream()), 'next', () => 'PWNED')
      return 'a'
    })
    app.post('/victim', { params: { photo: file() } }, async ({ photo }) => {
      const pieces = await Array.fromAsync(photo.stream())
      return [Buffer.concat(pieces).toString(), await Array.fromAsync(trefoil.stream(['b']).value)]
    })
    const body = () => {
      const form = new FormData()
      form.append('photo', new File(['real'], 'a.txt'))
      return { method: 'POST', body: form }
    }
    await ask(app, '/attack', body())
    await ask(app, '/attack-body', body())
    expect((await ask(app, '/victim', body())).text).toBe('["real",["b"]]')
  })
})
