import { describe, expect, test } from 'vitest'
import type { Call } from '../../contract/call/call.ts'
import { dependency } from '../../contract/call/dependency.ts'
import { HttpError } from '../../contract/problems/problem.ts'
import { problemOf, resultOf, startCall } from '../call.fixture.ts'
import { callOf } from '../views/handler-call.ts'
import { traced, using } from './dependency.fixture.ts'

describe('closing', () => {
  test('RES-6: newest first, after success with the code behind yield', async () => {
    const log: string[] = []
    const [a, b] = [traced('a', log), traced('b', log)]
    await resultOf({ action: { ...using(a, b), handler: () => log.push('handler') } })
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
    expect(await started.outcome).toMatchObject({
      kind: 'problem',
      problem: { code: 'INTERNAL_ERROR' },
    })
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
      await resultOf({ action: using(dependency(() => value, { name: 'value' })) })
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
    await resultOf({ action })
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
    await resultOf({ action: { middleware: [middleware], handler } })
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
    expect(await resultOf({ action: { handler } })).toBe('not waited for')
    arrive()
    await expect(late).rejects.toThrow("'pool' was asked for after the call had ended")
    expect(log).toEqual(['closed'])
  })

  test('PW-16: a value that can be called is disposed of, too', async () => {
    const log: string[] = []
    for (const key of [Symbol.dispose, Symbol.asyncDispose]) {
      const query = () => Object.assign(() => 'row', { [key]: () => void log.push('disposed') })
      const sql = dependency(query, { name: 'sql' })
      expect(await resultOf({ action: { ...using(sql), handler: () => 1 } })).toBe(1)
    }
    expect(log).toEqual(['disposed', 'disposed'])
  })

  test('W-16d: nothing new is opened', async () => {
    let opened = 0
    const db = dependency(() => ++opened, { name: 'db' })
    const { call, outcome } = startCall({ action: using(db) })
    await outcome
    await expect(callOf(call).resolve(db)).rejects.toThrow(
      "'db' was asked for after the call had ended",
    )
    expect(opened).toBe(1)
  })
})
