import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { EventBody } from '../../contract/answer/event-body.ts'
import { reply } from '../../contract/answer/reply.ts'
import type { Action } from '../../contract/call/action.ts'
import { dependency } from '../../contract/call/dependency.ts'
import type { Outcome } from '../../contract/call/outcome.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import { type CallOptions, startCall } from '../call.fixture.ts'
import { typeOfBytes } from './make-answer.ts'

type Options = Partial<Action> & { readonly surface?: SurfaceName }

/** The outcome of an action that returns this. */
async function outcomeOf(handler: () => unknown, options: Options = {}): Promise<Outcome> {
  const { surface = 'api', ...action } = options
  const whole: CallOptions = surface === 'api' ? {} : { wholeAnswers: 1000 }
  return startCall({ surface, ...whole, action: { ...action, handler } }).outcome
}

async function answerOf(handler: () => unknown, options: Options = {}) {
  const outcome = await outcomeOf(handler, options)
  if (outcome.kind !== 'answer') throw new Error(JSON.stringify(outcome))
  return outcome.answer
}

describe('FND-2: what was checked is what leaves', () => {
  const row = { id: 1 } as Record<string, unknown>
  const returns = z.object({ id: z.int() }).loose()

  /** Changes what the handler returned, while the call is being closed. */
  const meddling = (change: () => void) =>
    dependency(
      function* () {
        yield 'db'
        change()
      },
      { name: 'db' },
    )

  test.each<SurfaceName>(['api', 'mcp', 'cli'])(
    'on %s no clean-up of a dependency adds to an object',
    async (surface) => {
      const shared = { ...row }
      const db = meddling(() => {
        shared['password_hash'] = 'leaked'
      })
      const made = await answerOf(() => shared, {
        surface,
        returns,
        dependencies: [['db', db]],
      })
      expect(made).toMatchObject({ kind: 'json', body: '{"id":1}' })
      expect(shared['password_hash']).toBe('leaked')
    },
  )

  test('bytes are copied: a pool may write the next answer into the same memory', async () => {
    for (const memory of [new Uint8Array([1, 2]), new Uint8Array([1, 2]).buffer]) {
      const db = meddling(() => void new Uint8Array(memory as ArrayBuffer).fill(9))
      const made = await answerOf(() => memory, { dependencies: [['db', db]] })
      expect(made.body).toEqual(new Uint8Array([1, 2]))
    }
    const shared = new Uint8Array([1, 2])
    const db = meddling(() => void shared.fill(9))
    const made = await answerOf(() => shared, { dependencies: [['db', db]] })
    expect(made.body).toEqual(new Uint8Array([1, 2]))
  })

  test('while a schema answers later, others may change what they hold', async () => {
    const shared: Record<string, unknown> = { id: 1 }
    const slow = returns.refine(async () => {
      await Promise.resolve()
      shared['password_hash'] = 'leaked'
      return true
    })
    expect(await answerOf(() => shared, { returns: slow })).toMatchObject({ body: '{"id":1}' })
  })

  test('also the bytes of a buffer', async () => {
    const shared = new Uint8Array([1, 2]).buffer
    const slow = z.instanceof(ArrayBuffer).refine(async () => {
      await Promise.resolve()
      new Uint8Array(shared).fill(9)
      return true
    })
    const made = await answerOf(() => shared, {
      returns: slow,
      headers: { 'content-type': 'image/png' },
    })
    expect(made.body).toEqual(new Uint8Array([1, 2]))
  })

  test('FND-59: options of a reply are read before the dependencies are closed', async () => {
    const headers: Record<string, string> = { 'x-a': '1' }
    const db = meddling(() => {
      headers['location'] = 'https://evil.example'
    })
    const made = await answerOf(() => reply('x', { status: 201, headers }), {
      dependencies: [['db', db]],
    })
    expect(made).toMatchObject({ status: 201, head: { pairs: ['x-a', '1'] } })
  })
})

describe('FND-3: one rule for values, on every surface', () => {
  class Point {
    readonly #x = 1
    get x(): number {
      return this.#x
    }
  }
  const rows: [string, () => unknown][] = [
    ['a map', () => new Map([['a', 1]])],
    ['a set', () => new Set([1])],
    ['a promise inside', () => ({ later: Promise.resolve(1) })],
    ['a web response', () => new Response('x')],
    ['a generator', () => [1].values()],
    ['a class that shows nothing', () => new Point()],
    ['bytes inside', () => ({ file: new Uint8Array([1]) })],
    ['numbers in a typed array', () => new Float64Array([1])],
    ['an error', () => new Error('x')],
    ['a bigint', () => 5n],
    ['a function', () => () => 1],
  ]
  test.each(rows)('%s is refused alike', async (_, handler) => {
    for (const surface of ['api', 'mcp', 'cli'] as const) {
      expect(await outcomeOf(handler, { surface })).toMatchObject({
        kind: 'problem',
        problem: { code: 'INTERNAL_ERROR' },
      })
    }
  })

  test.each<[string, () => unknown, object]>([
    ['nothing', () => undefined, { kind: 'none', body: null, status: 204 }],
    ['null', () => null, { kind: 'none', body: null, status: 204 }],
    ['text', () => 'a"b', { kind: 'text', body: 'a"b', status: 200 }],
    ['empty text', () => '', { kind: 'text', body: '', status: 200 }],
    ['a number', () => 0, { kind: 'json', body: '0', status: 200 }],
    ['false', () => false, { kind: 'json', body: 'false', status: 200 }],
    ['a date', () => new Date(0), { kind: 'json', body: '"1970-01-01T00:00:00.000Z"' }],
    ['bytes', () => new Uint8Array([255]), { kind: 'bytes', body: new Uint8Array([255]) }],
  ])('%s is sent alike', async (_, handler, expected) => {
    for (const surface of ['api', 'mcp', 'cli'] as const) {
      expect(await answerOf(handler, { surface })).toMatchObject(expected)
    }
  })
})

describe('FND-6: what leaves has the form that was promised', () => {
  const text = { returns: z.string(), answers: 'text' } as const
  const json = { returns: z.union([z.string(), z.int()]), answers: 'json' } as const

  test('text where only text is promised, JSON where anything is', async () => {
    expect(await answerOf(() => '5', text)).toMatchObject({ kind: 'text', body: '5' })
    expect(await answerOf(() => '5', json)).toMatchObject({ kind: 'json', body: '"5"' })
    expect(await answerOf(() => 5, json)).toMatchObject({ kind: 'json', body: '5' })
  })

  test('a date that is promised as text is its text', async () => {
    const returns = z.codec(z.iso.datetime(), z.date(), {
      decode: (value) => new Date(value),
      encode: (date) => date.toISOString(),
    })
    expect(
      await answerOf(() => '2026-01-02T00:00:00Z', { returns, answers: 'text' }),
    ).toMatchObject({ kind: 'text', body: '2026-01-02T00:00:00.000Z' })
  })

  test('under a type that is not JSON the handler has said what its text is', async () => {
    const page = reply('<p>', { headers: { 'Content-Type': 'text/html' } })
    expect(await answerOf(() => page, json)).toMatchObject({ kind: 'text', body: '<p>' })
    const more = { headers: { 'content-type': 'text/html' } }
    expect(await answerOf(() => '<p>', { ...json, ...more })).toMatchObject({ kind: 'text' })
    const named = reply('x', { headers: { 'Content-Type': 'application/vnd.x+json' } })
    expect(await answerOf(() => named, json)).toMatchObject({ kind: 'json', body: '"x"' })
  })

  test('bytes and streams where JSON is promised are refused, unless a type is named', async () => {
    const returns = z.any()
    async function* pieces(): AsyncGenerator<string> {
      yield 'a'
    }
    for (const handler of [() => new Uint8Array([1]), pieces]) {
      const { log, outcome } = startCall({ action: { returns, answers: 'json', handler } })
      expect(await outcome).toMatchObject({ problem: { code: 'INTERNAL_ERROR' } })
      expect(String(log[0]?.fields['err'])).toContain("Cannot send bytes where 'returns' promises")
      const headers = { 'content-type': 'image/png' }
      expect(await outcomeOf(handler, { returns, answers: 'json', headers })).toMatchObject({
        kind: 'answer',
      })
    }
  })
})

describe('status', () => {
  test('of the reply, else of the route, else 200, or 204 for nothing', async () => {
    expect(await answerOf(() => reply('x', { status: 202 }), { status: 201 })).toMatchObject({
      status: 202,
      head: { hasStatus: true },
    })
    expect(await answerOf(() => reply('x'), { status: 201 })).toMatchObject({
      status: 201,
      head: { hasStatus: false },
    })
    expect(await answerOf(() => null, { status: 201 })).toMatchObject({ status: 201 })
    expect(await answerOf(() => null)).toMatchObject({ status: 204, head: null })
  })
})

describe('a stream of which no answer is made', () => {
  class Events extends EventBody<{ data: string }> {
    released = false
    get events(): AsyncIterable<{ data: string }> {
      return this as never
    }
    [Symbol.asyncIterator](): AsyncIterator<string> {
      return {
        next: async () => ({ done: false, value: 'x' }),
        return: async () => {
          this.released = true
          return { done: true, value: undefined }
        },
      }
    }
  }

  test.each<[string, Options, (body: Events) => unknown]>([
    ['its options are wrong', {}, (body) => reply(body, { etag: 'a"b' })],
    ['it has no hash', {}, (body) => reply(body, { etag: true })],
    ['the schema refuses it', { returns: z.string() }, (body) => body],
    [
      'a schema that answers later refuses it',
      { returns: z.any().refine(async () => false) },
      (body) => body,
    ],
    ['JSON is promised', { returns: z.any(), answers: 'json' }, (body) => body],
  ])('RES-9: is given back when %s', async (_, options, wrap) => {
    const body = new Events()
    expect(await outcomeOf(() => wrap(body), options)).toMatchObject({
      problem: { code: 'INTERNAL_ERROR' },
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(body.released).toBe(true)
  })
})

test('FND-4: the type of bytes is what reply, then route, says of them', async () => {
  const headers = { 'content-type': 'image/png' }
  const bytes = () => new Uint8Array([1])
  const typed = async (handler: () => unknown, action: Partial<Action> = {}) => {
    const { plan, outcome } = startCall({
      surface: 'mcp',
      wholeAnswers: 99,
      action: { ...action, handler },
    })
    const ended = await outcome
    return ended.kind === 'answer' ? typeOfBytes(ended.answer, plan.action) : null
  }
  expect(
    await typed(() => reply(bytes(), { headers: { 'Content-Type': 'image/gif' } }), { headers }),
  ).toBe('image/gif')
  expect(await typed(bytes, { headers })).toBe('image/png')
  expect(await typed(bytes)).toBe('application/octet-stream')
})
