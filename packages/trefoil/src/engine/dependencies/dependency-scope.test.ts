import { describe, expect, test } from 'vitest'
import type { Call } from '../../contract/call/call.ts'
import { type Dependency, dependency } from '../../contract/call/dependency.ts'
import { knownAs, resultOf, startCall } from '../call.fixture.ts'
import { using } from './dependency.fixture.ts'

describe('opening', () => {
  test('RES-5: once a call, for handler, other dependencies and call.resolve', async () => {
    let opened = 0
    const db = dependency(() => ({ id: ++opened }), { name: 'db' })
    const repository = dependency(({ db }) => db, { name: 'repository', uses: { db } })
    const handler = async (args: { db: object; repository: object }, call: Call) => [
      args.db === args.repository,
      args.db === (await call.resolve(db)),
    ]
    expect(await resultOf({ action: { ...using(db, repository), handler } })).toEqual([true, true])
    expect(opened).toBe(1)
    await resultOf({ action: { ...using(db), handler: () => 1 } })
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
    expect(await resultOf({ action: { handler } })).toBe(true)
    expect(opened).toBe(1)
  })

  // Was wrong: one that had arrived counted for all of them, and the two waited for each other for ever.
  test('W-16: a cycle through one of several fresh values is found', async () => {
    let asked = 0
    const deps: Record<'one' | 'all', Dependency<unknown>> = {
      one: dependency(
        async (_, call) => {
          if (++asked === 1) return 'fast'
          await new Promise((resolve) => setTimeout(resolve, 1))
          return call.resolve(deps.all)
        },
        { name: 'one', fresh: true },
      ),
      all: dependency((_, call) => Promise.all([call.resolve(deps.one), call.resolve(deps.one)]), {
        name: 'all',
      }),
    }
    const handler = (_: unknown, call: Call) =>
      call.resolve(deps.all).catch((error: Error) => error.message)
    expect(await resultOf({ action: { handler } })).toContain('cycle detected: all -> one')
  })

  // Was wrong: taken for a class, and constructed in the middle of a call.
  test('a generator that is a frozen method is a generator', async () => {
    const methods = {
      *now() {
        yield 'now'
      },
      async *later() {
        yield 'later'
      },
    }
    const now = dependency(Object.freeze(methods.now), { name: 'now' })
    const later = dependency(Object.freeze(methods.later), { name: 'later' })
    const action = { ...using(now, later), handler: (args: object) => Object.values(args) }
    expect(await resultOf({ action })).toEqual(['now', 'later'])
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
    expect(
      await resultOf({ action: { ...using(db), handler }, app: { auth: { api: auth } } }),
    ).toBe(true)
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
    expect(await resultOf({ action: { handler } })).toBe('second')
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
    expect(await resultOf({ action: { ...using(value), handler } })).toBe('v')
  })

  test('RES-2: a generator that yields nothing, or twice, is named', async () => {
    const none = dependency(async function* (): AsyncGenerator<string> {}, { name: 'none' })
    const { log, outcome } = startCall({ action: using(none) })
    expect(await outcome).toMatchObject({ kind: 'problem', problem: { code: 'INTERNAL_ERROR' } })
    expect(String(log[0]?.fields['err'])).toContain("'none' did not yield a value")

    const twice = dependency(
      function* () {
        yield 1
        yield 2
      },
      { name: 'twice' },
    )
    const second = startCall({ action: using(twice) })
    expect(await second.outcome).toMatchObject({
      kind: 'problem',
      problem: { code: 'INTERNAL_ERROR' },
    })
    expect(String(second.log[0]?.fields['err'])).toContain("'twice' yielded more than once")
  })
})

describe('cycles', () => {
  test('RES-7: of resolve calls inside providers are named', async () => {
    const a: Dependency<unknown> = dependency((_, call) => call.resolve(b), { name: 'a' })
    const b: Dependency<unknown> = dependency((_, call) => call.resolve(a), { name: 'b' })
    const handler = (_: unknown, call: Call) => call.resolve(a)
    const { log, outcome } = startCall({ action: { handler } })
    expect(await outcome).toMatchObject({ kind: 'problem' })
    expect(String(log[0]?.fields['err'])).toContain('Dependency cycle detected: a -> b -> a')
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
    expect(await outcome).toMatchObject({ kind: 'problem' })
    expect(String(log[0]?.fields['err'])).toMatch(/cycle detected: (a -> b -> a|b -> a -> b)/)
  })

  test('W-16: a diamond is no cycle', async () => {
    const base = dependency(async () => 'base', { name: 'base' })
    const left = dependency(({ base }) => base, { name: 'left', uses: { base } })
    const right = dependency((_, call) => call.resolve(base), { name: 'right' })
    const handler = (_: unknown, call: Call) =>
      Promise.all([call.resolve(left), call.resolve(right)])
    expect(await resultOf({ action: { handler } })).toEqual(['base', 'base'])
  })
})
