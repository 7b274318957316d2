import { describe, expect, test } from 'vitest'
import { reply } from '../../contract/answer/reply.ts'
import type { Action } from '../../contract/call/action.ts'
import type { Call } from '../../contract/call/call.ts'
import { HttpError, Problem, refuse } from '../../contract/problems/problem.ts'
import { problemOf, resultOf, startCall } from '../call.fixture.ts'

class Base extends Error {}
class Special extends Base {}

/** An action whose handler throws, with these levels of error handlers. */
function throwing(error: unknown, ...errorHandlers: Action['errorHandlers']): Partial<Action> {
  const handler = () => {
    throw error
  }
  return { handler, errorHandlers }
}

const says = (text: string | undefined) => () => text

describe('which handler answers', () => {
  test('W-49: the most specific class, whatever the order of registration', async () => {
    const level = [
      { type: Error, handle: says('error') },
      { type: Base, handle: says('base') },
      { type: Special, handle: says('special') },
    ]
    expect(await resultOf({ action: throwing(new Special(), level) })).toBe('special')
    expect(await resultOf({ action: throwing(new Base(), level) })).toBe('base')
    expect(await resultOf({ action: throwing(new TypeError(), level) })).toBe('error')
  })

  test('W-49: of one class the one registered first', async () => {
    const level = [
      { type: Base, handle: says('first') },
      { type: Base, handle: says('second') },
    ]
    expect(await resultOf({ action: throwing(new Base(), level) })).toBe('first')
  })

  test('MW-4: an inner level before an outer one, even when the outer class is closer', async () => {
    const inner = [{ type: Error, handle: says('inner') }]
    const outer = [{ type: Special, handle: says('outer') }]
    expect(await resultOf({ action: throwing(new Special(), inner, outer) })).toBe('inner')
  })

  test('MW-4: undefined leaves the error to the next handler, then to the next level', async () => {
    const inner = [
      { type: Special, handle: says(undefined) },
      { type: Base, handle: says(undefined) },
    ]
    const outer = [{ type: Error, handle: says('outer') }]
    expect(await resultOf({ action: throwing(new Special(), inner, outer) })).toBe('outer')
  })

  test('MW-4: a handler that throws replaces the error; outer handlers do not see it', async () => {
    const inner = [
      {
        type: Base,
        handle: () => {
          throw new HttpError(422, 'mapped')
        },
      },
    ]
    const outer = [{ type: Error, handle: says('outer') }]
    expect(await problemOf({ action: throwing(new Base(), inner, outer) })).toMatchObject({
      status: 422,
      detail: 'mapped',
    })
  })

  test('MW-4: what it throws unexpectedly is masked', async () => {
    const level = [
      {
        type: Base,
        handle: () => {
          throw new Error('secret')
        },
      },
    ]
    expect(await problemOf({ action: throwing(new Base(), level) })).toMatchObject({
      code: 'INTERNAL_ERROR',
      detail: 'Internal Server Error',
    })
  })

  test('MW-4: a returned problem is the outcome, a reply is taken apart, null is an answer', async () => {
    const problem = new Problem('not_found')
    const answers = (answer: unknown) =>
      throwing(new Base(), [{ type: Base, handle: () => answer }])
    const outcome = await problemOf({ action: answers(problem) })
    expect(outcome).toEqual(problem)
    // A copy: whoever holds the returned one would change what is written.
    expect(outcome).not.toBe(problem)
    expect(await startCall({ action: answers(reply('x', { status: 299 })) }).outcome).toEqual({
      kind: 'answer',
      answer: {
        kind: 'text',
        body: 'x',
        promised: false,
        status: 299,
        head: {
          hasStatus: true,
          pairs: [],
          names: new Set(),
          etag: null,
          compress: null,
          blocks: null,
          meta: null,
        },
        content: null,
      },
    })
    expect(await resultOf({ action: answers(null) })).toBeNull()
  })

  test('MW-4: problems can be handled too, and errors of middleware', async () => {
    const level = [
      {
        type: HttpError,
        handle: async ({ status }: HttpError, call: Call) => [call.requestId, status],
      },
    ]
    const action = throwing(new HttpError(404, 'gone'), level)
    expect(await resultOf({ action })).toEqual(['r1', 404])
    const middleware = [
      () => {
        throw new Base()
      },
    ]
    const handled = [[{ type: Base, handle: says('middleware') }]]
    expect(await resultOf({ action: { middleware, errorHandlers: handled } })).toBe('middleware')
  })
})

test.each(['TIMEOUT', 'client_disconnected'] as const)(
  'FND-17: no error handler makes an answer of %s',
  async (code) => {
    const problem = refuse(code)
    const level = [{ type: Error, handle: says('all is well') }]
    expect(await problemOf({ action: throwing(problem, level) })).toBe(problem)
  },
)

describe('masking', () => {
  const secret = new Error('password is hunter2')

  test('MW-6: nothing of an unexpected error reaches the caller; the log has it once', async () => {
    const { log, outcome } = startCall({ action: throwing(secret) })
    const ended = await outcome
    if (ended.kind !== 'problem') throw new Error('not refused')
    expect(JSON.stringify(ended.problem)).not.toContain('hunter2')
    expect(ended.problem).toMatchObject({ status: 500, detail: 'Internal Server Error' })
    expect(ended.problem.cause).toBeUndefined()
    expect(log).toEqual([
      {
        level: 'error',
        message: 'Unhandled error',
        fields: {
          request_id: 'r1',
          call_id: 'c1',
          action: 'test.action',
          source: 'api',
          subject: null,
          err: secret,
          problem: 'INTERNAL_ERROR',
        },
      },
    ])
  })

  test('MW-6: debug shows class and message', async () => {
    expect(
      await problemOf({ action: throwing(new RangeError('too far')), app: { debug: true } }),
    ).toMatchObject({
      detail: 'RangeError: too far',
    })
    expect(await problemOf({ action: throwing('text'), app: { debug: true } })).toMatchObject({
      detail: 'text',
    })
  })

  test('MW-6: an expected problem is not logged, unless it has a cause', async () => {
    const plain = startCall({ action: throwing(new HttpError(404)) })
    await plain.outcome
    expect(plain.log).toEqual([])
    const caused = startCall({ action: throwing(new HttpError(502, 'x', { cause: secret })) })
    await caused.outcome
    expect(caused.log.map(({ level }) => level)).toEqual(['warn'])
  })
})

test('a thrown value that cannot be asked what it is, is masked like every other', async () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const level = [{ type: Error, handle: says('handled') }]
  for (const debug of [false, true]) {
    const { outcome, log } = startCall({ action: throwing(proxy, level), app: { debug } })
    expect(await outcome).toMatchObject({ kind: 'problem', problem: { code: 'INTERNAL_ERROR' } })
    expect(log.map(({ message }) => message)).toEqual(['Unhandled error'])
  }
})

test('an error class that cannot say what is of it handles nothing', async () => {
  class Broken extends Error {
    static override [Symbol.hasInstance](): boolean {
      throw new Error('of no use')
    }
  }
  const level = [
    { type: Broken, handle: says('broken') },
    { type: Error, handle: says('error') },
  ]
  expect(await resultOf({ action: throwing(new Special(), level) })).toBe('error')
})
