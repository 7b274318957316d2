import { describe, expect, test } from 'vitest'
import type { Call } from '../contract/call.ts'
import { type Dependency, dependency } from '../contract/dependency.ts'
import { HttpError } from '../contract/problem.ts'
import { type CallOptions, knownAs, problemOf, startCall, valueOf } from './call.fixture.ts'

/** A dependency that writes down its life. */
function traced(name: string, log: string[], scope: 'request' | 'function' = 'request') {
  return dependency(
    async function* () {
      log.push(`open ${name}`)
      try {
        yield name
        log.push(`commit ${name}`)
      } catch (error) {
        log.push(`rollback ${name}: ${error instanceof Error ? error.message : error}`)
        throw error
      }
    },
    { name, scope },
  )
}

function using(...dependencies: Dependency<unknown>[]): CallOptions['action'] {
  return { dependencies: dependencies.map((one) => [one.name, one] as const) }
}

describe('opening', () => {
  test('RES-5: once a call, for handler, other dependencies and call.resolve', async () => {
    let opened = 0
    const db = dependency(() => ({ id: ++opened }), { name: 'db' })
    const repository = dependency(({ db }) => db, { name: 'repository', uses: { db } })
    const handler = async (args: { db: object; repository: object }, call: Call) => [
      args.db === args.repository,
      args.db === (await call.resolve(db)),
    ]
    expect(await valueOf({ action: { ...using(db, repository), handler } })).toEqual([true, true])
    expect(opened).toBe(1)
    await valueOf({ action: { ...using(db), handler: () => 1 } })
    expect(opened).toBe(2)
  })

  test('W-16: concurrent resolve of one dependency gives one instance and no false cycle', async () => {
    let opened = 0
    const slow = dependency(async () => {
      await Promise.resolve()
      return { id: ++opened }
    })
    const handler = async (_: unknown, call: Call) => {
      const [a, b] = await Promise.all([call.resolve(slow), call.resolve(slow)])
      return a === b
    }
    expect(await valueOf({ action: { handler } })).toBe(true)
    expect(opened).toBe(1)
  })

  test('RES-12: what the authenticator opened is what the handler gets', async () => {
    let opened = 0
    const db = dependency(() => ({ id: ++opened }), { name: 'db' })
    const known = knownAs({ subject: 'u' })
    let seen: unknown
    const auth = {
      ...known,
      authenticate: async (request: Parameters<typeof known.authenticate>[0]) => {
        seen = await request.resolve(db)
        return known.authenticate(request)
      },
    }
    const handler = (args: { db: unknown }) => args.db === seen
    expect(await valueOf({ action: { ...using(db), handler }, app: { auth: { api: auth } } })).toBe(
      true,
    )
    expect(opened).toBe(1)
  })

  test('RES-5: a failed opening is not kept', async () => {
    let attempts = 0
    const flaky = dependency(() => {
      if (++attempts === 1) throw new Error('first')
      return 'second'
    })
    const handler = async (_: unknown, call: Call) => {
      await call.resolve(flaky).catch(() => {})
      return call.resolve(flaky)
    }
    expect(await valueOf({ action: { handler } })).toBe('second')
  })

  test.each([
    ['a value', () => 'v'],
    ['a promise', async () => 'v'],
    [
      'a generator',
      function* () {
        yield 'v'
      },
    ],
    [
      'an async generator',
      async function* () {
        yield 'v'
      },
    ],
  ])('RES-2: a provider may give %s', async (_, provide) => {
    const value = dependency<unknown>(provide, { name: 'value' })
    const handler = (args: { value: unknown }) => args.value
    expect(await valueOf({ action: { ...using(value), handler } })).toBe('v')
  })

  test('RES-2: a generator that yields nothing, or twice, is named', async () => {
    const none = dependency(async function* (): AsyncGenerator<string> {}, { name: 'none' })
    const { log, outcome } = startCall({ action: using(none) })
    expect(await outcome).toMatchObject({ ok: false, problem: { code: 'INTERNAL_ERROR' } })
    expect(String(log[0]?.fields['error'])).toContain("'none' did not yield a value")

    const twice = dependency(
      function* () {
        yield 1
        yield 2
      },
      { name: 'twice' },
    )
    const second = startCall({ action: using(twice) })
    expect(await second.outcome).toMatchObject({ ok: false, problem: { code: 'INTERNAL_ERROR' } })
    expect(String(second.log[0]?.fields['error'])).toContain("'twice' yielded more than once")
  })
})

describe('cycles', () => {
  test('RES-7: of resolve calls inside providers are named', async () => {
    const a: Dependency<unknown> = dependency((_, call) => call.resolve(b), { name: 'a' })
    const b: Dependency<unknown> = dependency((_, call) => call.resolve(a), { name: 'b' })
    const handler = (_: unknown, call: Call) => call.resolve(a)
    const { log, outcome } = startCall({ action: { handler } })
    expect(await outcome).toMatchObject({ ok: false })
    expect(String(log[0]?.fields['error'])).toContain('Dependency cycle detected: a -> b -> a')
  })

  test('W-16: of two that were asked for at once, and would wait for each other for ever', async () => {
    const later = () => new Promise((resolve) => setImmediate(resolve))
    const a: Dependency<unknown> = dependency(
      async (_, call) => {
        await later()
        return call.resolve(b)
      },
      { name: 'a' },
    )
    const b: Dependency<unknown> = dependency(
      async (_, call) => {
        await later()
        return call.resolve(a)
      },
      { name: 'b' },
    )
    const handler = (_: unknown, call: Call) => Promise.all([call.resolve(a), call.resolve(b)])
    const { log, outcome } = startCall({ action: { handler } })
    expect(await outcome).toMatchObject({ ok: false })
    expect(String(log[0]?.fields['error'])).toMatch(/cycle detected: (a -> b -> a|b -> a -> b)/)
  })

  test('W-16: a diamond is no cycle', async () => {
    const base = dependency(async () => 'base', { name: 'base' })
    const left = dependency(({ base }) => base, { name: 'left', uses: { base } })
    const right = dependency((_, call) => call.resolve(base), { name: 'right' })
    const handler = (_: unknown, call: Call) =>
      Promise.all([call.resolve(left), call.resolve(right)])
    expect(await valueOf({ action: { handler } })).toEqual(['base', 'base'])
  })
})

describe('closing', () => {
  test('RES-6: newest first, after success with the code behind yield', async () => {
    const log: string[] = []
    const [a, b] = [traced('a', log), traced('b', log)]
    await valueOf({ action: { ...using(a, b), handler: () => log.push('handler') } })
    expect(log).toEqual(['open a', 'open b', 'handler', 'commit b', 'commit a'])
  })

  test.each([
    [
      'an error',
      () => {
        throw new Error('boom')
      },
      'boom',
    ],
    [
      'an HttpError below 500',
      () => {
        throw new HttpError(404, 'gone')
      },
      'gone',
    ],
  ])('PW-16: %s of the handler is thrown at the yield', async (_, handler, message) => {
    const log: string[] = []
    await problemOf({ action: { ...using(traced('a', log), traced('b', log)), handler } })
    expect(log).toEqual(['open a', 'open b', `rollback b: ${message}`, `rollback a: ${message}`])
  })

  test('RES-10: a provider cannot swallow the failure', async () => {
    const soft = dependency(
      async function* () {
        try {
          yield 1
        } catch {}
      },
      { name: 'soft' },
    )
    const handler = () => {
      throw new HttpError(418, 'still')
    }
    expect(await problemOf({ action: { ...using(soft), handler } })).toMatchObject({ status: 418 })
  })

  test('RES-6: when a later one fails to open, the earlier ones see the failure', async () => {
    const log: string[] = []
    const broken = dependency(
      () => {
        throw new Error('no pool')
      },
      { name: 'broken' },
    )
    await problemOf({ action: using(traced('a', log), broken) })
    expect(log).toEqual(['open a', 'rollback a: no pool'])
  })

  test('RES-8: a commit that fails makes the call fail, and the others roll back', async () => {
    const log: string[] = []
    const failing = dependency(
      async function* () {
        yield 1
        throw new Error('disk full')
      },
      { name: 'failing' },
    )
    const started = startCall({ action: using(traced('a', log), failing) })
    expect(await started.outcome).toMatchObject({ ok: false, problem: { code: 'INTERNAL_ERROR' } })
    expect(log).toEqual(['open a', 'rollback a: disk full'])
    const cleanup = started.log.filter(({ message }) => message === 'Dependency cleanup failed')
    expect(cleanup.map(({ fields }) => fields['dependency'])).toEqual(['failing'])
  })

  test('RES-10: a failing cleanup never replaces the failure of the call', async () => {
    const failing = dependency(
      async function* () {
        try {
          yield 1
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: the case is a provider that does this
          throw new Error('cleanup')
        }
      },
      { name: 'failing' },
    )
    const handler = () => {
      throw new HttpError(409, 'first')
    }
    expect(await problemOf({ action: { ...using(failing), handler } })).toMatchObject({
      status: 409,
      detail: 'first',
    })
  })

  test.each(['asyncDispose', 'dispose'] as const)(
    'RES-2: Symbol.%s is called once',
    async (kind) => {
      let disposed = 0
      const value = { [Symbol[kind]]: () => void disposed++ }
      await valueOf({ action: using(dependency(() => value, { name: 'value' })) })
      expect(disposed).toBe(1)
    },
  )

  test('RES-8: the function scope ends before the middleware goes on, the request scope after it', async () => {
    const log: string[] = []
    const middleware = async (_: Call, next: () => Promise<unknown>) => {
      const value = await next()
      log.push('middleware')
      return value
    }
    const action = {
      ...using(traced('short', log, 'function'), traced('long', log)),
      middleware: [middleware],
      handler: () => log.push('handler'),
    }
    await valueOf({ action })
    expect(log).toEqual([
      'open short',
      'open long',
      'handler',
      'commit short',
      'middleware',
      'commit long',
    ])
  })

  test('RES-8: so does the function scope of what the handler resolved by itself', async () => {
    const log: string[] = []
    const short = traced('short', log, 'function')
    const middleware = async (_: Call, next: () => Promise<unknown>) => {
      const value = await next()
      log.push('middleware')
      return value
    }
    const handler = (_: unknown, call: Call) => call.resolve(short)
    await valueOf({ action: { middleware: [middleware], handler } })
    expect(log).toEqual(['open short', 'commit short', 'middleware'])
  })
})

describe('after the call', () => {
  test('W-16d: what opens too late is closed at once and not handed out', async () => {
    const log: string[] = []
    let arrive = () => {}
    const pool = dependency(
      async function* () {
        await new Promise<void>((resolve) => {
          arrive = resolve
        })
        try {
          yield 'session'
        } finally {
          log.push('closed')
        }
      },
      { name: 'pool' },
    )
    let late: Promise<unknown> = Promise.resolve()
    const handler = (_: unknown, call: Call) => {
      late = call.resolve(pool)
      return 'not waited for'
    }
    expect(await valueOf({ action: { handler } })).toBe('not waited for')
    arrive()
    await expect(late).rejects.toThrow("'pool' was asked for after the call had ended")
    expect(log).toEqual(['closed'])
  })

  test('W-16d: nothing new is opened', async () => {
    let opened = 0
    const db = dependency(() => ++opened, { name: 'db' })
    const { call, outcome } = startCall({ action: using(db) })
    await outcome
    await expect(call.resolve(db)).rejects.toThrow("'db' was asked for after the call had ended")
    expect(opened).toBe(1)
  })
})
