import { describe, expect, test } from 'vitest'
import { reply } from '../../contract/answer/reply.ts'
import { dependency } from '../../contract/call/dependency.ts'
import type { Outcome } from '../../contract/call/outcome.ts'
import { type CallOptions, type LogLine, startCall } from '../call.fixture.ts'
import { isStream, type StreamValue } from './stream.ts'

async function* pieces(...texts: string[]): AsyncGenerator<string> {
  yield* texts
}

async function* failing(): AsyncGenerator<string> {
  yield 'a'
  throw new Error('broken pipe')
}

function streamOf(outcome: Outcome): AsyncIterator<string | Uint8Array> {
  const body = outcome.kind === 'answer' ? outcome.answer.body : null
  if (!isStream(body)) throw new Error('no stream')
  return body[Symbol.asyncIterator]()
}

/** Runs an action that returns this value with one open dependency. */
async function started(
  handler: () => unknown,
  more: CallOptions = {},
): Promise<{
  stream: AsyncIterator<string | Uint8Array>
  ends: string[]
  log: readonly LogLine[]
}> {
  const ends: string[] = []
  const db = dependency(
    async function* () {
      try {
        yield 1
        ends.push('commit')
      } catch (error) {
        ends.push(`rollback: ${error instanceof Error ? error.message : error}`)
        throw error
      }
    },
    { name: 'db' },
  )
  const call = startCall({
    ...more,
    action: { ...more.action, dependencies: [['db', db]], handler },
  })
  return { stream: streamOf(await call.outcome), ends, log: call.log }
}

describe('dependencies of a stream', () => {
  test('RES-9: stay open until the last piece, then commit', async () => {
    const { stream, ends } = await started(() => pieces('a', 'b'))
    expect(await stream.next()).toEqual({ done: false, value: 'a' })
    expect(await stream.next()).toEqual({ done: false, value: 'b' })
    expect(ends).toEqual([])
    expect((await stream.next()).done).toBe(true)
    expect(ends).toEqual(['commit'])
  })

  test('W-15: learn of a failure in the middle, which is logged once', async () => {
    const { stream, ends, log } = await started(failing)
    await stream.next()
    await expect(stream.next()).rejects.toThrow('broken pipe')
    expect(ends).toEqual(['rollback: broken pipe'])
    expect(log.map(({ message }) => message)).toEqual(['Unhandled error'])
  })

  test('W-15: learn that the reader gave up', async () => {
    const { stream, ends, log } = await started(() => pieces('a', 'b'))
    await stream.next()
    await stream.return?.()
    expect(ends).toEqual(['rollback: Client disconnected before the answer was complete'])
    expect(log).toEqual([])
  })

  test('W-15: are closed when nobody reads at all, and so is the source', async () => {
    let cancelled = false
    const source = new ReadableStream<string>({
      cancel() {
        cancelled = true
      },
    })
    const { stream, ends } = await started(() => source)
    await stream.return?.()
    await stream.return?.()
    expect(ends).toHaveLength(1)
    expect(ends[0]).toMatch(/^rollback/)
    expect(cancelled).toBe(true)
  })

  test('W-15: roll back for a stream returned with a 5xx', async () => {
    const { stream, ends } = await started(() => reply(pieces('a'), { status: 503 }))
    await stream.next()
    expect((await stream.next()).done).toBe(true)
    expect(ends).toHaveLength(1)
    expect(ends[0]).toMatch(/^rollback/)
  })

  test('W-15: roll back when an error handler answered with a stream', async () => {
    const handler = () => {
      throw new Error('boom')
    }
    const errorHandlers = [[{ type: Error, handle: () => pieces('sorry') }]]
    const { stream, ends } = await started(handler, { action: { errorHandlers } })
    expect(await stream.next()).toMatchObject({ value: 'sorry' })
    await stream.next()
    expect(ends).toEqual(['rollback: boom'])
  })

  test('RES-8: a commit that fails breaks the stream, so nobody takes it for complete', async () => {
    const failingCommit = dependency(
      async function* () {
        yield 1
        throw new Error('disk full')
      },
      { name: 'failing' },
    )
    const { outcome, log } = startCall({
      action: { dependencies: [['failing', failingCommit]], handler: () => pieces('a') },
    })
    const stream = streamOf(await outcome)
    await stream.next()
    await expect(stream.next()).rejects.toMatchObject({ code: 'INTERNAL_ERROR' })
    expect(log.map(({ fields }) => String(fields['err']))).toContain('Error: disk full')
  })
})

describe('made whole, for a surface whose answers are documents', () => {
  async function collected(value: unknown, limit = 100): Promise<unknown> {
    const { outcome } = startCall({
      surface: 'mcp',
      wholeAnswers: limit,
      action: { handler: () => value },
    })
    const ended = await outcome
    if (ended.kind === 'problem') return ended.problem
    if (ended.kind === 'dry-run') throw new Error('a dry run')
    return { kind: ended.answer.kind, body: ended.answer.body }
  }

  test.each<[string, unknown, object]>([
    ['text', 'a"b', { kind: 'text', body: 'a"b' }],
    // FND-4: no text is made of bytes that nobody called text.
    ['bytes', new Uint8Array([0xc3, 0xa9]), { kind: 'bytes', body: new Uint8Array([0xc3, 0xa9]) }],
    ['nothing', undefined, { kind: 'none', body: null }],
    ['an object', { a: 1 }, { kind: 'json', body: '{"a":1}' }],
    ['a stream', pieces('a', 'b'), { kind: 'text', body: 'ab' }],
  ])('MCP-14: %s', async (_, value, expected) => {
    expect(await collected(value)).toEqual(expected)
  })

  test('MCP-14: a character split over two pieces is put together', async () => {
    async function* bytes(): StreamValue {
      yield new Uint8Array([0xe2, 0x98])
      yield new Uint8Array([0x83])
    }
    const page = reply(bytes(), { headers: { 'Content-Type': 'text/plain; charset=utf-8' } })
    expect(await collected(page)).toEqual({ kind: 'text', body: '☃' })
    expect(await collected(bytes())).toEqual({
      kind: 'bytes',
      body: new Uint8Array([0xe2, 0x98, 0x83]),
    })
  })

  test('W-14: a stream that fails is the failure of the call, masked', async () => {
    expect(await collected(failing())).toMatchObject({ code: 'INTERNAL_ERROR' })
  })

  test('MCP-14: exactly the limit fits, counted in bytes', async () => {
    expect(await collected(pieces('é'.repeat(5)), 10)).toMatchObject({ body: 'ééééé' })
    expect(await collected(pieces('é'.repeat(5)), 9)).toMatchObject({ code: 'response_too_large' })
    expect(await collected(pieces('aaaaa', 'bbbbb'), 9)).toMatchObject({
      code: 'response_too_large',
    })
    expect(await collected(pieces('aaaaa', 'bbbbb'), 10)).toMatchObject({ body: 'aaaaabbbbb' })
  })

  test.each([
    ['a set', new Set([1])],
    ['a map', new Map()],
    ['an error', new Error('x')],
    ['a function', () => 1],
    ['a bigint', 5n],
  ])('RESP-1: %s has no JSON form, on no surface', async (_, value) => {
    expect(await collected(value)).toMatchObject({ code: 'INTERNAL_ERROR' })
  })
})
