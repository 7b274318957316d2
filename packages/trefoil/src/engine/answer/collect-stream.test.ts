import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { EventBody } from '../../contract/answer/event-body.ts'
import { reply } from '../../contract/answer/reply.ts'
import { dependency } from '../../contract/call/dependency.ts'
import type { Outcome } from '../../contract/call/outcome.ts'
import { type CallOptions, startCall } from '../call.fixture.ts'

const MCP = { surface: 'mcp', wholeAnswers: 1000 } as const

class Events extends EventBody<unknown> {
  readonly events: AsyncIterable<unknown>

  constructor(...events: unknown[]) {
    super()
    this.events = (async function* () {
      yield* events
    })()
  }

  // biome-ignore lint/correctness/useYield: the framing is for browsers and not to be read here
  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    throw new Error('the text was read')
  }
}

async function collected(value: unknown, options: CallOptions = {}): Promise<Outcome> {
  return startCall({ ...MCP, ...options, action: { handler: () => value } }).outcome
}

/** A source that waits for ever for its second piece, and tells when it was let go of. */
function waiting() {
  const seen = { released: false, pieces: 0 }
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        ++seen.pieces === 1
          ? Promise.resolve({ done: false as const, value: 'a' })
          : new Promise<IteratorResult<string>>(() => {}),
      return: async () => {
        seen.released = true
        return { done: true as const, value: undefined }
      },
    }),
  }
  return { source, seen }
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('FND-4: events', () => {
  test('are the list of what they say, and not the framing for a browser', async () => {
    expect(await collected(new Events({ data: 1 }, { data: { a: 'b' } }))).toMatchObject({
      kind: 'answer',
      answer: { kind: 'json', body: '[1,{"a":"b"}]' },
    })
    expect(await collected(new Events())).toMatchObject({ answer: { kind: 'json', body: '[]' } })
  })

  test('are whole where one of them says more than data', async () => {
    expect(await collected(new Events({ data: 1 }, { event: 'x', data: 2 }))).toMatchObject({
      answer: { body: '[{"data":1},{"event":"x","data":2}]' },
    })
  })

  test('fit up to the limit, counted in bytes of their JSON', async () => {
    const events = () => new Events({ data: 'é' }, { data: 'é' })
    // Each is {"data":"é"} with a comma, between two brackets.
    expect(await collected(events(), { wholeAnswers: 2 + 2 * 14 })).toMatchObject({
      kind: 'answer',
    })
    expect(await collected(events(), { wholeAnswers: 2 + 2 * 14 - 1 })).toMatchObject({
      problem: { code: 'response_too_large' },
    })
  })

  test('that have no JSON form are a masked failure', async () => {
    expect(await collected(new Events({ data: 5n }))).toMatchObject({
      problem: { code: 'INTERNAL_ERROR' },
    })
  })
})

describe('pieces', () => {
  test('FND-4: bytes stay bytes, unless a type says they are text', async () => {
    const source = () =>
      (async function* () {
        const memory = new Uint8Array(1)
        for (const byte of [0xc3, 0xa9]) {
          // One memory for all pieces, as readers of files use it.
          memory[0] = byte
          yield memory
        }
      })()
    expect(await collected(source())).toMatchObject({
      answer: { kind: 'bytes', body: new Uint8Array([0xc3, 0xa9]) },
    })
    const typed = reply(source(), { headers: { 'content-type': 'text/csv' } })
    expect(await collected(typed)).toMatchObject({ answer: { kind: 'text', body: 'é' } })
  })

  test('FND-4: text and bytes in one stream are put together as bytes', async () => {
    const source = (async function* () {
      yield 'a'
      yield new Uint8Array([0xff])
    })()
    expect(await collected(source)).toMatchObject({
      answer: { kind: 'bytes', body: new Uint8Array([0x61, 0xff]) },
    })
  })

  test('that are neither are refused, and the source is let go of', async () => {
    let released = false
    const source = (async function* () {
      try {
        yield 5
      } finally {
        released = true
      }
    })()
    const { log, outcome } = startCall({ ...MCP, action: { handler: () => source } })
    expect(await outcome).toMatchObject({ problem: { code: 'INTERNAL_ERROR' } })
    expect(String(log[0]?.fields['err'])).toContain('A stream yields text or bytes, not number')
    await tick()
    expect(released).toBe(true)
  })

  test('MCP-14: one too many lets go of the source, without waiting for it', async () => {
    const { source, seen } = waiting()
    expect(await collected(source, { wholeAnswers: 0 })).toMatchObject({
      problem: { code: 'response_too_large' },
    })
    expect(seen).toEqual({ released: true, pieces: 1 })
  })
})

describe('FND-15: a stream that is read for an agent', () => {
  test('is let go of when its caller leaves, and so is what the call holds', async () => {
    const { source, seen } = waiting()
    const ends: string[] = []
    const db = dependency(
      async function* () {
        try {
          yield 'db'
        } finally {
          ends.push('closed')
        }
      },
      { name: 'db' },
    )
    const { inbound, outcome } = startCall({
      ...MCP,
      action: { dependencies: [['db', db]], handler: () => source },
    })
    await tick()
    inbound.abort()
    expect(await outcome).toMatchObject({ problem: { code: 'client_disconnected' } })
    expect(seen).toEqual({ released: true, pieces: 2 })
    expect(ends).toEqual(['closed'])
  })

  test('of a caller who has left already is not begun', async () => {
    const { source, seen } = waiting()
    const { inbound, outcome } = startCall({
      ...MCP,
      action: { handler: () => tick().then(() => source) },
    })
    inbound.abort()
    expect(await outcome).toMatchObject({ problem: { code: 'client_disconnected' } })
    expect(seen).toEqual({ released: true, pieces: 0 })
  })

  describe('within the time of the call', () => {
    beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
    afterEach(() => void vi.useRealTimers())

    test('ends at the deadline', async () => {
      const { source, seen } = waiting()
      const { outcome } = startCall({
        ...MCP,
        action: { timeout: 50, handler: () => source },
      })
      await vi.advanceTimersByTimeAsync(50)
      expect(await outcome).toMatchObject({ problem: { code: 'TIMEOUT' } })
      expect(seen).toEqual({ released: true, pieces: 2 })
    })

    test('FND-16: that an error handler gives after the deadline is not begun', async () => {
      const { source, seen } = waiting()
      const handle = () => new Promise((resolve) => setTimeout(() => resolve(source), 100))
      const { outcome } = startCall({
        ...MCP,
        action: {
          timeout: 50,
          errorHandlers: [[{ type: Error, handle }]],
          handler: () => Promise.reject(new Error('boom')),
        },
      })
      await vi.advanceTimersByTimeAsync(50)
      expect(await outcome).toMatchObject({ problem: { code: 'TIMEOUT' } })
      await vi.advanceTimersByTimeAsync(100)
      expect(seen).toEqual({ released: true, pieces: 0 })
    })
  })
})
