// FND-15: a stream for an agent or a terminal is collected under the call's own deadline and
// abort. Who attacks: a caller who leaves, or a source that never ends. What it would win:
// dependencies that stay open for good, and a server that cannot stop.
import { createApp, dependency, type SseEvent, sse, stream } from 'trefoil'
import { serve } from 'trefoil/node'
import { describe, expect, test } from 'vitest'
import { eventually } from '../attacks/eventually.ts'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  Gate,
  Lines,
  on,
  type SurfaceId,
  surfaceOf,
  within,
} from './surfaces.ts'

const COLLECTED: readonly SurfaceId[] = ['mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote']
const NETWORK: readonly SurfaceId[] = ['mcp-legacy', 'mcp-modern', 'cli-remote']
const NEVER = new Promise<never>(() => {})

type Make = (gate: Gate) => unknown

/** Sources that stand still; the gate tells the test that they do. */
const SOURCES: Readonly<Record<string, Make>> = {
  'a generator, before its first piece': (gate) =>
    (async function* () {
      await gate.wait()
      yield 'late'
    })(),
  'a generator, after a piece': (gate) =>
    (async function* () {
      yield 'a'
      await gate.wait()
    })(),
  'stream() of a generator': (gate) =>
    stream(
      (async function* () {
        yield 'a'
        await gate.wait()
      })(),
    ),
  'a ReadableStream': (gate) =>
    stream(
      new ReadableStream<string>({
        start: (controller) => controller.enqueue('a'),
        pull: () => gate.wait(),
      }),
    ),
  'events without an end': (gate) =>
    sse(
      (async function* (): AsyncGenerator<SseEvent> {
        yield { data: 'a' }
        await gate.wait()
      })(),
    ),
  'a source that cannot be closed': (gate) => ({
    [Symbol.asyncIterator]: () => ({
      next: () => gate.wait().then(() => NEVER),
      return: () => NEVER,
    }),
  }),
  'a source whose closing fails': (gate) => ({
    [Symbol.asyncIterator]: () => ({
      next: () => gate.wait().then(() => NEVER),
      return: () => Promise.reject(new Error('broken pipe')),
    }),
  }),
}

function build(make: Make, timeout?: string) {
  const gate = new Gate()
  const state = { open: 0, told: [] as string[] }
  const db = dependency(
    async function* () {
      state.open++
      try {
        yield {}
        state.told.push('success')
      } catch (error) {
        state.told.push('failure')
        throw error
      } finally {
        state.open--
      }
    },
    { name: 'db' },
  )
  const app = createApp({
    name: 'fnd-15',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
  })
  const bound = timeout === undefined ? {} : { timeout }
  app.post('/pieces', { ...on('pieces'), ...bound, params: { db } }, () => make(gate))
  return { app, gate, state }
}

describe('FND-15: the deadline ends the collecting', () => {
  test.each(Object.keys(SOURCES))('of %s', async (name) => {
    const seen = await everywhere(
      () => build(SOURCES[name] ?? (() => null), '300ms'),
      async (surface, { state }) => {
        const { ok, problem } = await surface
          .call('pieces')
          .catch((error: unknown) => ({ ok: false, problem: { code: String(error).slice(0, 60) } }))
        return { ok, code: problem?.['code'], open: state.open, told: state.told }
      },
      COLLECTED,
    )
    const ending = { ok: false, code: 'TIMEOUT', open: 0, told: ['failure'] }
    expect(seen).toEqual(alike(ending, COLLECTED))
  })
})

describe('FND-15: a caller that leaves takes its dependencies along', () => {
  test.each(Object.keys(SOURCES))('while waiting for %s', async (name) => {
    const seen = await everywhere(
      () => build(SOURCES[name] ?? (() => null)),
      async (surface, { gate, state }) => {
        const leaving = new AbortController()
        const answer = surface.call('pieces', {}, { signal: leaving.signal }).catch(() => {})
        await within(gate.reached, 'the source is read')
        const during = state.open
        leaving.abort()
        const closed = await eventually(() => expect(state.open).toBe(0)).then(
          () => true,
          () => false,
        )
        void answer
        return { during, closed, told: state.told }
      },
      COLLECTED,
    )
    expect(seen).toEqual(alike({ during: 1, closed: true, told: ['failure'] }, COLLECTED))
  })
})

describe('FND-15: a stopping server is not held by a stream nobody can end', () => {
  test.each(NETWORK)('over %s', async (id) => {
    const { app, gate, state } = build((gate) =>
      (async function* () {
        yield 'a'
        await gate.wait()
      })(),
    )
    const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
    const answer = surfaceOf(id, app, server)
      .call('pieces')
      .catch(() => {})
    await within(gate.reached, 'the source is read')
    const ended = await within(server.close(), 'server.close()', 3_000).then(
      () => 'closed',
      (error: Error) => error.message,
    )
    gate.open()
    await answer
    await server.close()
    expect({ ended, open: state.open }).toEqual({ ended: 'closed', open: 0 })
  })
})

test('FND-15: a stream that is too large closes what it held', async () => {
  const seen = await everywhere(
    () =>
      build(() =>
        (async function* () {
          for (;;) yield 'x'.repeat(100_000)
        })(),
      ),
    async (surface, { state }) => {
      const { problem } = await surface.call('pieces')
      return { code: problem?.['code'], open: state.open, told: state.told }
    },
    COLLECTED,
  )
  const ending = { code: 'response_too_large', open: 0, told: ['failure'] }
  expect(seen).toEqual(alike(ending, COLLECTED))
})

test('FND-15: a stream that fails is the call’s failure, and the dependency hears of it', async () => {
  const seen = await everywhere(
    () =>
      build(() =>
        (async function* () {
          yield 'a'
          throw new Error('the database went away')
        })(),
      ),
    async (surface, { state }) => {
      const { problem } = await surface.call('pieces')
      return { code: problem?.['code'], open: state.open, told: state.told }
    },
    COLLECTED,
  )
  const ending = { code: 'INTERNAL_ERROR', open: 0, told: ['failure'] }
  expect(seen).toEqual(alike(ending, COLLECTED))
})
