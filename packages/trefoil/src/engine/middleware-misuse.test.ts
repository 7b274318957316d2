import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Middleware } from '../contract/call/action.ts'
import { HttpError } from '../contract/problems/problem.ts'
import { type CallOptions, problemOf, resultOf, startCall } from './call.fixture.ts'

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

// A rejection nobody handles ends the process: FND-35 was found that way.
const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
beforeEach(() => {
  unhandled.length = 0
  process.on('unhandledRejection', note)
})
afterEach(async () => {
  await tick()
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

/** The cause that was logged for a call that ended as INTERNAL_ERROR. */
async function logged(options: CallOptions): Promise<string> {
  const { log, outcome } = startCall(options)
  expect(await outcome).toMatchObject({ kind: 'problem', problem: { code: 'INTERNAL_ERROR' } })
  return String(log[0]?.fields['err'])
}

describe('FND-35: a middleware that forgets to return what next() gave', () => {
  async function timing(_call: unknown, next: () => Promise<unknown>): Promise<void> {
    await next()
  }

  test('is named, with what to write, instead of answering 204', async () => {
    const action = { middleware: [timing], handler: () => 'value' }
    expect(await logged({ action })).toBe(
      "TypeError: Middleware 'timing' of 'test.action' returned nothing where next() gave it a value; write: return next()",
    )
  })

  test('is found out though it has no name, and though it did not wait', async () => {
    const middleware: Middleware[] = [
      (_, next) => {
        void next()
      },
    ]
    const action = { middleware, handler: async () => tick().then(() => 'value') }
    expect(await logged({ action })).toMatch(/^TypeError: A middleware of 'test\.action' returned/)
  })

  test('harms nobody where there was no value', async () => {
    const outcome = await startCall({ action: { middleware: [timing], handler: () => {} } }).outcome
    expect(outcome).toMatchObject({ kind: 'answer', answer: { kind: 'none', status: 204 } })
  })

  test('may say null: that is an answer', async () => {
    const middleware: Middleware[] = [
      async (_, next) => {
        await next()
        return null
      },
    ]
    expect(await resultOf({ action: { middleware, handler: () => 'value' } })).toBeNull()
  })
})

describe('FND-35: next() that nobody awaits', () => {
  const forgetful: Middleware = (_, next) => {
    void next()
    return 'early'
  }

  test('is awaited by the engine: the handler is over before the answer', async () => {
    const log: string[] = []
    const handler = async () => {
      await tick()
      log.push('handler')
    }
    const outer: Middleware = async (_, next) => {
      const value = await next()
      log.push('answer')
      return value
    }
    expect(await resultOf({ action: { middleware: [outer, forgetful], handler } })).toBe('early')
    expect(log).toEqual(['handler', 'answer'])
  })

  test.each([
    ['at once', () => Promise.reject(new HttpError(409, 'taken'))],
    ['later', () => tick().then(() => Promise.reject(new HttpError(409, 'taken')))],
  ])('and fails %s is the failure of the call', async (_, handler) => {
    expect(await problemOf({ action: { middleware: [forgetful], handler } })).toMatchObject({
      status: 409,
    })
  })

  test('but caught by itself is dealt with', async () => {
    const middleware: Middleware[] = [
      (_, next) => {
        next().catch(() => {})
        return 'caught'
      },
    ]
    const handler = () => Promise.reject(new Error('boom'))
    expect(await resultOf({ action: { middleware, handler } })).toBe('caught')
  })
})

describe('W-3: next() more than once', () => {
  test('is an error though nobody waits for the second one, and the handler runs once', async () => {
    let runs = 0
    const middleware: Middleware[] = [
      (_, next) => {
        const first = next()
        void next()
        return first
      },
    ]
    const action = { middleware, handler: () => ++runs }
    expect(await logged({ action })).toBe('Error: Middleware called next() twice')
    expect(runs).toBe(1)
  })

  test('is not told twice where the middleware caught it', async () => {
    let runs = 0
    const middleware: Middleware[] = [
      async (_, next) => {
        const value = await next()
        return next().catch((error: Error) => [value, error.message])
      },
    ]
    expect(await resultOf({ action: { middleware, handler: () => ++runs } })).toEqual([
      1,
      'Middleware called next() twice',
    ])
    expect(runs).toBe(1)
  })
})

test.each([
  ['returned', () => 'short cut'],
  [
    'thrown',
    () => {
      throw new HttpError(418)
    },
  ],
])('W-3: next() after the middleware has %s runs nothing', async (_, end) => {
  let runs = 0
  let late: Promise<unknown> | null = null
  let run = (): Promise<unknown> => Promise.resolve('not called')
  const middleware: Middleware[] = [
    (_, next) => {
      run = next
      return end()
    },
  ]
  await startCall({ action: { middleware, handler: () => ++runs } }).outcome
  late = run()
  await expect(late).rejects.toThrow('Middleware called next() after it had returned')
  expect(runs).toBe(0)
})

describe('FND-35: a middleware that throws while the rest runs', () => {
  test.each([
    [
      'at once',
      () => {
        throw new HttpError(418)
      },
    ],
    ['later', () => Promise.reject(new HttpError(418))],
  ])('%s fails the call, when the rest is over and not before', async (_, fail) => {
    const log: string[] = []
    const middleware: Middleware[] = [
      (_, next) => {
        void next()
        return fail()
      },
    ]
    const handler = async () => {
      await tick()
      log.push('handler is over')
      throw new Error('of the handler')
    }
    const { outcome } = startCall({ action: { middleware, handler } })
    const ended = Promise.resolve(outcome).then((end) => {
      log.push('the call is over')
      return end
    })
    expect(await ended).toMatchObject({ kind: 'problem', problem: { status: 418 } })
    expect(log).toEqual(['handler is over', 'the call is over'])
  })
})
