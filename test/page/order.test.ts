// The order of everything that happens in a call, as the page numbers it, on every surface.
import { createHmac } from 'node:crypto'
import { createApp, dependency, type Middleware, reply } from 'trefoil'
import { AuthContext, type Authenticator, type Guard, guard, jwtAuth } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { ALL, alike, ENV, everywhere, type Json, Lines, on, Records } from '../findings/surfaces.ts'

const quiet = () => ({ log: { logger: new Lines().logger }, env: ENV })
const codeOf = (problem: Json | null) => problem?.['code']

test('P-PIPE-2 P-PIPE-3: who, guards, arguments, guards of arguments, approval, middleware, dependencies, handler, closing, background', async () => {
  const build = () => {
    const trail: string[] = []
    const note = <Value>(what: string, value: Value): Value => {
      trail.push(what)
      return value
    }
    const authenticator: Authenticator<unknown> = {
      name: 'own',
      scheme: { type: 'http', scheme: 'bearer' },
      authenticate: ({ bearer }) =>
        note('authenticator', bearer === null ? null : new AuthContext({ subject: bearer })),
    }
    const first = guard({ name: 'First', check: () => note('guard', true) })
    const second = guard({
      name: 'Second',
      check: (auth) => note('guard 2', auth.subject !== 'bob'),
    })
    const third = guard({ name: 'Third', check: () => note('guard 3', true) })
    const withInput: Guard = {
      name: 'WithInput',
      needsInput: true,
      decide: (_, call) => note(`guard of ${call.args['count']}`, { allow: true }),
    }
    const around =
      (name: string): Middleware =>
      async (_call, next) => {
        trail.push(`${name} in`)
        const value = await next()
        return note(`${name} out`, value)
      }
    const db = dependency(async function* () {
      yield note('dependency', 'db')
      trail.push('closed')
    })
    const app = createApp({
      ...quiet(),
      auth: [
        {
          authenticate: authenticator,
          surfaces: ALL,
          onAuthenticated: (auth) => note('onAuthenticated', auth),
        },
      ],
      approval: ({ token }) => note('approval', token === 'yes'),
    })
    app.use(around('app'))
    const group = app.group('', { guards: [first], middleware: [around('group')] })
    const options = {
      ...on('x'),
      guards: [withInput, second, third],
      middleware: [around('action')],
      needsApproval: ALL,
      params: { count: z.int().refine(() => note('arguments', true)), db },
    }
    group.post('/x', options, ({ count }, call) => {
      call.background(() => void trail.push('background'))
      return note('handler', count)
    })
    return { app, trail }
  }
  const whole = [
    ...['authenticator', 'onAuthenticated', 'guard', 'guard 2', 'guard 3', 'arguments'],
    ...['guard of 7', 'approval', 'app in', 'group in', 'action in', 'dependency', 'handler'],
    ...['action out', 'group out', 'app out', 'closed', 'background'],
  ]
  const until = (last: string) => whole.slice(0, whole.indexOf(last) + 1)
  const seen = await everywhere(build, async ({ call }, { trail }) => {
    const ask = async (token: string | null, approval?: string, count: unknown = 7) => {
      trail.length = 0
      const spec = { ...(token && { token }), ...(approval && { approval }) }
      const { value, problem } = await call('x', { count }, spec)
      if (problem === null) await vi.waitFor(() => expect(trail).toContain('background'))
      return [codeOf(problem) ?? value, [...trail]]
    }
    return [
      await ask(null),
      await ask('bob', 'yes'),
      await ask('ann', 'yes', 'many'),
      await ask('ann'),
      await ask('ann', 'no'),
      await ask('ann', 'yes'),
    ]
  })
  expect(seen).toEqual(
    alike([
      ['AUTHENTICATION_ERROR', until('authenticator')],
      // The first that denies ends it, and those behind it are not asked.
      ['ACCESS_DENIED', until('guard 2')],
      ['VALIDATION_ERROR', until('guard 3')],
      // The hook is asked about a token only.
      ['approval_required', until('guard of 7')],
      ['approval_denied', until('approval')],
      [7, whole],
    ]),
  )
})

test('P-PIPE-6: a middleware may go on, answer itself, change the answer, throw, and be told what was thrown', async () => {
  const build = () => {
    const handled: string[] = []
    const app = createApp({ ...quiet(), publicSurfaces: ALL })
    const add = (name: string, middleware: Middleware) =>
      app.post(`/${name}`, { ...on(name), middleware: [middleware] }, () => {
        handled.push(name)
        if (name === 'told') throw new RangeError('of the handler')
        return 'of the handler'
      })
    add('goes_on', (_call, next) => next())
    add('answers', () => 'at once')
    add('changes', async (_call, next) => ({ changed: await next() }))
    add('throws', () => {
      throw new Error('of the middleware')
    })
    add('told', async (call, next) => {
      try {
        return await next()
      } catch (error) {
        return [call.action.name, String(error)]
      }
    })
    return { app, handled }
  }
  const seen = await everywhere(build, async ({ call }, { handled }) => {
    const answers: unknown[] = []
    for (const name of ['goes_on', 'answers', 'changes', 'throws', 'told']) {
      const { value, problem } = await call(name)
      answers.push(codeOf(problem) ?? value)
    }
    return [answers, handled]
  })
  expect(seen).toEqual(
    alike([
      [
        'of the handler',
        'at once',
        { changed: 'of the handler' },
        'INTERNAL_ERROR',
        ['told', 'RangeError: of the handler'],
      ],
      ['goes_on', 'changes', 'told'],
    ]),
  )
})

test('P-MW-2: what the authenticator returns is who calls; where it refuses, nothing of the action runs', async () => {
  const key = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
  const jwt = jwtAuth({ keys: key })
  const good = await jwt.createToken({ sub: 'ann', roles: ['clerk'], scope: 'a b' })
  const bad = await jwtAuth({ keys: 'x'.repeat(32) }).createToken({ sub: 'ann' })
  const build = () => {
    const ran: string[] = []
    const app = createApp({ ...quiet(), auth: [{ authenticate: jwt, surfaces: ALL }] })
    app.use((_call, next) => {
      ran.push('middleware')
      return next()
    })
    app.post('/x', on('x'), (_, { auth }) => {
      ran.push('handler')
      return [auth.subject, [...auth.roles], [...auth.scopes], auth.claims['sub']]
    })
    return { app, ran }
  }
  const seen = await everywhere(build, async ({ call }, { ran }) => {
    const refused: unknown[] = []
    for (const token of [bad, 'junk', `${good}x`]) {
      const { problem, status } = await call('x', {}, { token })
      refused.push([codeOf(problem), status === null || status === 401])
    }
    const { value } = await call('x', {}, { token: good })
    return [refused, value, ran]
  })
  const refused = ['AUTHENTICATION_ERROR', true]
  const who = ['ann', ['clerk'], ['a', 'b'], 'ann']
  expect(seen).toEqual(alike([Array(3).fill(refused), who, ['middleware', 'handler']]))
})

test('PW-05: the record of a call has the metadata of its reply; the caller never does', async () => {
  const build = () => {
    const records = new Records()
    const app = createApp({
      publicSurfaces: ALL,
      env: ENV,
      log: { logger: new Lines().logger, onCall: records.onCall },
    })
    app.post('/x', on('x'), () => reply({ found: 1 }, { meta: { cache: 'canary-miss' } }))
    return { app, records }
  }
  const seen = await everywhere(build, async ({ call }, { records }) => {
    const { value, raw } = await call('x')
    const [record] = await records.atLeast(1)
    return [value, raw.includes('canary'), record?.meta]
  })
  expect(seen).toEqual(alike([{ found: 1 }, false, { cache: 'canary-miss' }]))
})

test('P-JWT-3: a token is looked at in one order, and the first thing wrong is what is said', async () => {
  const keys = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
  const now = 1_800_000_000
  const clock = { now: () => now * 1000, elapsed: () => 0 }
  const rules = { issuer: 'https://login.example', audience: 'store' }
  const lines = new Lines()
  const app = createApp({
    log: { logger: lines.logger },
    env: ENV,
    auth: [{ authenticate: jwtAuth({ keys, clock, ...rules }), surfaces: ['api'] }],
    publicSurfaces: ['mcp', 'cli'],
  })
  app.post('/x', () => 'in')
  await using client = testClient(app)
  const b64 = (text: string) => Buffer.from(text).toString('base64url')
  const signed = (header: unknown, payload: string, key = keys) => {
    const text = `${b64(JSON.stringify(header))}.${b64(payload)}`
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
  }
  const of = (claims: object) => signed({ alg: 'HS256' }, JSON.stringify({ sub: 'ann', ...claims }))
  const fine = { exp: now + 1, iss: rules.issuer, aud: rules.audience }
  // Each token mends the first fault of the one before it, and keeps the others.
  const tokens: readonly (readonly [token: string | null, reason: string | null])[] = [
    [null, null],
    ['a.b', 'Malformed JWT token'],
    [`${b64('[')}.${b64('{')}.AA`, 'Malformed JWT token'],
    [
      signed({ alg: 'HS512' }, '{', 'x'.repeat(32)),
      'Unsupported JWT algorithm. Only HS256 is accepted.',
    ],
    [signed({ alg: 'HS256' }, '{', 'x'.repeat(32)), 'Invalid JWT signature'],
    [signed({ alg: 'HS256' }, '{'), 'Malformed JWT token'],
    // An old token is told so first: to renew it is all that helps.
    [of({ exp: now, nbf: now + 1 }), 'Token expired'],
    [of({ exp: now + 1, nbf: now + 1 }), 'Token was not issued by the expected issuer'],
    [
      of({ exp: now + 1, nbf: now + 1, iss: rules.issuer }),
      'Token was not issued for this server (audience mismatch)',
    ],
    [of({ ...fine, nbf: now + 1 }), 'Token not yet valid'],
    [
      of({ ...fine, exp: undefined }),
      "Token missing 'exp' (expiry) claim. Tokens without expiry are not accepted.",
    ],
    [of(fine), null],
  ]
  const said: unknown[] = []
  for (const [token] of tokens) {
    const { status, headers } = await client.http.post('/x', { ...(token && { token }) })
    const reason = /error_description="([^"]*)"/.exec(headers.get('www-authenticate') ?? '')?.[1]
    said.push([status, reason ?? null])
  }
  const last = tokens.length - 1
  expect(said).toEqual(tokens.map(([, reason], at) => [at === last ? 200 : 401, reason]))
})
