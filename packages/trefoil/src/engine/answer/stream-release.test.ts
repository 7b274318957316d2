import { Readable } from 'node:stream'
import { describe, expect, test, vi } from 'vitest'
import { reply } from '../../contract/answer/reply.ts'
import type { Middleware } from '../../contract/call/action.ts'
import { dependency } from '../../contract/call/dependency.ts'
import { type CallOptions, problemOf, startCall } from '../call.fixture.ts'
import { discardStream, failStream, holdStream, isStream, skipStream } from './stream.ts'

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A stream of node that never has a piece, and fails when it is told to. */
function idle(): Readable {
  return new Readable({ read() {} })
}

/** A stream of the web that never has a piece. */
function idleWeb(): { stream: ReadableStream<string>; cancelled: () => boolean } {
  let cancelled = false
  const stream = new ReadableStream<string>({
    cancel() {
      cancelled = true
    },
  })
  return { stream, cancelled: () => cancelled }
}

/** What an action that returns this came to, with what its dependency was told. */
async function returned(handler: () => unknown, more: CallOptions = {}) {
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
  const started = startCall({
    ...more,
    action: { ...more.action, dependencies: [['db', db]], handler },
  })
  const outcome = await started.outcome
  const value = outcome.kind === 'answer' ? outcome.answer.body : null
  if (!isStream(value)) throw new Error('no stream')
  return { value, ends, log: started.log }
}

describe('a stream of node', () => {
  test.each([
    ['as it is', (stream: Readable): unknown => stream],
    ['in a reply', (stream: Readable): unknown => reply(stream)],
  ])('RES-9: %s that fails before anybody reads ends no process', async (_, wrapped) => {
    const stream = idle()
    const slow: Middleware = async (_call, next) => {
      const value = await next()
      stream.destroy(new Error('no such file'))
      await tick()
      return value
    }
    const { value, ends } = await returned(() => wrapped(stream), {
      action: { middleware: [slow] },
    })
    await tick()
    await expect(value[Symbol.asyncIterator]().next()).rejects.toThrow('no such file')
    expect(ends).toEqual(['rollback: no such file'])
  })

  test('RES-9: that a middleware returned is watched as well', async () => {
    const stream = idle()
    const outer: Middleware = async (_call, next) => {
      const value = await next()
      stream.destroy(new Error('no such file'))
      await tick()
      return value
    }
    const { value } = await returned(() => 1, { action: { middleware: [outer, () => stream] } })
    await expect(value[Symbol.asyncIterator]().next()).rejects.toThrow('no such file')
  })

  test.each([
    ['skipped', skipStream, 'commit'],
    ['discarded', discardStream, 'rollback: Client disconnected before the answer was complete'],
  ])('W-28: is given back when it is %s unread', async (_, end, told) => {
    const stream = idle()
    const { value, ends } = await returned(() => stream)
    end(value)
    await tick()
    expect(stream.destroyed).toBe(true)
    expect(ends).toEqual([told])
  })

  test('W-15: is given back when its reader leaves while it waits', async () => {
    const stream = idle()
    const { value, ends } = await returned(() => stream)
    const iterator = value[Symbol.asyncIterator]()
    const step = iterator.next().catch(() => 'ended')
    await tick()
    await iterator.return?.()
    expect(stream.destroyed).toBe(true)
    expect(ends).toHaveLength(1)
    await step
  })

  test('RES-8: is given back when what closes with the handler fails', async () => {
    const stream = idle()
    const bad = dependency(
      async function* () {
        yield 1
        throw new Error('disk full')
      },
      { name: 'bad', scope: 'function' },
    )
    const problem = await problemOf({
      action: { dependencies: [['bad', bad]], handler: () => stream },
    })
    expect(problem.code).toBe('INTERNAL_ERROR')
    expect(stream.destroyed).toBe(true)
  })
})

describe('a stream of the web', () => {
  test('W-28: is cancelled when it is skipped unread', async () => {
    const { stream, cancelled } = idleWeb()
    const { value, ends } = await returned(() => stream)
    skipStream(value)
    await tick()
    expect(cancelled()).toBe(true)
    expect(ends).toEqual(['commit'])
  })

  test('W-15: is cancelled when its reader leaves while it waits', async () => {
    const { stream, cancelled } = idleWeb()
    const { value, ends } = await returned(() => stream)
    const iterator = value[Symbol.asyncIterator]()
    const step = iterator.next()
    await tick()
    await iterator.return?.()
    expect(cancelled()).toBe(true)
    expect(ends).toHaveLength(1)
    expect((await step).done).toBe(true)
  })
})

describe('an iterable of somebody', () => {
  test('W-15: that cannot be begun still closes the dependencies', async () => {
    const handler = () => ({
      [Symbol.asyncIterator]() {
        throw new Error('no iterator')
      },
    })
    const { value, ends } = await returned(handler)
    skipStream(value)
    await tick()
    expect(ends).toEqual(['commit'])
  })

  test('is let go of when its return() is not a promise', async () => {
    const ending = vi.fn(() => undefined)
    const source = { [Symbol.asyncIterator]: () => ({ next: tick, return: ending }) }
    expect(() => discardStream(source)).not.toThrow()
    await tick()
    expect(ending).toHaveBeenCalledOnce()
  })
})

describe('an answer that cannot be made', () => {
  test('W-15: tells the dependencies why, and is logged once', async () => {
    const error = new Error('bad header')
    const { value, ends, log } = await returned(idle)
    await failStream(value, error)
    expect(ends).toEqual(['rollback: bad header'])
    expect(log.map(({ message }) => message)).toEqual(['Unhandled error'])
  })
})

test('a stream that many middlewares hand on is listened to once', () => {
  const stream = Readable.from(['x'])
  for (let round = 0; round < 12; round++) holdStream(stream)
  expect(stream.listenerCount('error')).toBe(1)
})
