// FND-5: writing a refusal is inside the same net as writing a value. A Problem whose public
// members have no JSON form is INTERNAL_ERROR and a log line, and the connection lives.

import {
  createApp,
  dependency,
  HttpError,
  handle,
  type Issue,
  Problem,
  type SurfaceName,
} from 'trefoil'
import { AuthContext, guard } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { ALL, alike, ENV, everywhere, Lines, on, oneSurface } from './surfaces.ts'

const circular = (): Record<string, unknown> => {
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  return loop
}

const UNWRITABLE: Readonly<Record<string, () => Problem>> = {
  'details with a bigint': () => new HttpError(409, 'x', { details: { balance: 10n } }),
  'details with a bigint deep inside': () =>
    new HttpError(409, 'x', { details: { a: [{ b: { c: 1n } }] } }),
  'circular details': () => new HttpError(409, 'x', { details: circular() }),
  'details whose toJSON throws': () =>
    new HttpError(409, 'x', {
      details: {
        at: {
          toJSON() {
            throw new Error('no')
          },
        },
      },
    }),
  'details with a getter that throws': () =>
    new HttpError(409, 'x', {
      details: {
        get total(): number {
          throw new Error('no')
        },
      },
    }),
  'circular issues': () => {
    const issue = { source: 'body', name: '', pointer: '', message: 'x', again: null as unknown }
    issue.again = issue
    const issues: readonly Issue[] = [issue]
    return new Problem('VALIDATION_ERROR', { issues })
  },
  'a bigint for a fix': () =>
    new HttpError(409, 'x', {
      // What plain JavaScript may hand over.
      fix: 10n as unknown as string,
    }),
  'a bigint for a code': () =>
    new HttpError(409, 'x', {
      // What plain JavaScript may hand over.
      code: 10n as unknown as string,
    }),
}

const CLEAN = { code: 'INTERNAL_ERROR', logged: true, alive: true }

function newApp(lines: Lines, authenticate?: () => AuthContext | null) {
  return createApp({
    name: 'fnd-5',
    env: ENV,
    log: { logger: lines.logger },
    approval: () => true,
    ...(authenticate === undefined
      ? { publicSurfaces: ALL as readonly SurfaceName[] }
      : { auth: [{ authenticate: (_request) => authenticate(), surfaces: ALL }] }),
  })
}
type TestedApp = ReturnType<typeof newApp>

async function refusals(
  add: (app: TestedApp) => void,
  authenticate?: () => AuthContext | null,
): Promise<unknown> {
  const build = () => {
    const lines = new Lines()
    const app = newApp(lines, authenticate)
    add(app)
    app.post('/fine', { ...on('fine'), public: true }, () => 'fine')
    return { app, lines }
  }
  return everywhere(build, async (surface, { lines }) => {
    const { problem, raw } = await surface.call('refused').catch((thrown: unknown) => ({
      problem: null,
      raw: `(threw ${String(thrown)})`,
    }))
    const logged = lines.at('error').length > 0
    const { value } = await surface.call('fine')
    return { code: problem?.['code'] ?? raw, logged, alive: value === 'fine' }
  })
}

describe('FND-5: a handler throws a Problem that cannot be written', () => {
  test.each(Object.keys(UNWRITABLE))('%s', async (name) => {
    const seen = await refusals((app) => {
      app.post('/refused', on('refused'), () => {
        throw UNWRITABLE[name]?.()
      })
    })
    expect(seen).toEqual(alike(CLEAN))
  })
})

describe('FND-5: wherever it comes from', () => {
  const unwritable = () => new HttpError(409, 'x', { details: { balance: 10n } })
  const thrower = (): never => {
    throw unwritable()
  }
  const ways: Readonly<Record<string, (app: TestedApp) => void>> = {
    'a dependency': (app) =>
      app.post(
        '/refused',
        { ...on('refused'), params: { db: dependency(thrower, { name: 'db' }) } },
        () => 1,
      ),
    'the closing of a dependency': (app) => {
      const db = dependency(
        async function* () {
          yield {}
          thrower()
        },
        { name: 'db' },
      )
      app.post('/refused', { ...on('refused'), params: { db } }, () => 1)
    },
    middleware: (app) => app.post('/refused', { ...on('refused'), middleware: [thrower] }, () => 1),
    'an error handler that throws': (app) =>
      app.post(
        '/refused',
        { ...on('refused'), errorHandlers: [handle(RangeError, thrower)] },
        () => {
          throw new RangeError('x')
        },
      ),
    'an error handler that returns it': (app) =>
      app.post(
        '/refused',
        { ...on('refused'), errorHandlers: [handle(RangeError, unwritable)] },
        () => {
          throw new RangeError('x')
        },
      ),
  }
  test.each(Object.keys(ways))('%s', async (name) => {
    expect(await refusals((app) => ways[name]?.(app))).toEqual(alike(CLEAN))
  })

  test('an authenticator', async () => {
    const seen = await refusals((app) => {
      app.post('/refused', on('refused'), () => 1)
    }, thrower)
    expect(seen).toEqual(alike(CLEAN))
  })

  test('a guard that denies with no text', async () => {
    const known = () => new AuthContext({ subject: 'ann' })
    for (const text of [10n, circular(), Symbol('x')]) {
      const deny = guard({
        name: 'Deny',
        // What plain JavaScript may return.
        check: () => ({ deny: true, text: text as unknown as string }),
      })
      const seen = await refusals((app) => {
        app.post('/refused', { ...on('refused'), guards: [deny] }, () => 1)
      }, known)
      const denied = { ...CLEAN, code: 'ACCESS_DENIED' }
      expect(seen, String(typeof text)).toEqual(alike(denied))
    }
  })
})

test('FND-5, RESP-3: headers of a Problem that cannot be sent are left out, the answer is not', async () => {
  for (const headers of [{ 'x-a': 'a\r\nset-cookie: b=c' }, { 'bad name': 'x' }]) {
    const lines = new Lines()
    const app = newApp(lines)
    app.post('/refused', on('refused'), () => {
      throw new HttpError(409, 'x', { headers })
    })
    const answer = await oneSurface('http', { app }, (surface) => surface.call('refused'))
    expect(answer.problem?.['code'], answer.raw).toBe('http_error')
    expect(answer.headers.has('x-a')).toBe(false)
    expect(answer.headers.has('set-cookie')).toBe(false)
  }
})
