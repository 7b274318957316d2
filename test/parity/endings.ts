import {
  createApp,
  dependency,
  HttpError,
  handle,
  reply,
  type SseEvent,
  sse,
  stream,
} from 'trefoil'
import { AuthContext, guard } from 'trefoil/auth'
import { ALL, ENV, Gate, Lines, on, Records, type Surface } from '../findings/surfaces.ts'

/** No answer may hold it. */
export const HIDDEN = 'h1dden-in-an-error'

/** What one ending is arranged with. */
export interface Scene {
  /** Reached where the call waits; opened by the test. */
  readonly gate: Gate
  /** What happened, in order. */
  readonly trace: string[]
  readonly never: Promise<never>
}

type Handler = (call: { readonly signal: AbortSignal }) => unknown

/** What is to be seen of an ending. */
export interface SeenEnding {
  /**
   * What the caller got: the value, the code of a problem, or `cut`; `left` where it did not stay,
   * and `failed: …` for a value with a status of failure.
   */
  readonly answer: unknown
  readonly trace: string
  /** How the record says that it ended, and with which HTTP status. */
  readonly record: string
  /** Code of the problem in the record. */
  readonly problem: string | null
}

type ExpectedEnding = (surface: Surface) => SeenEnding

/** How one call comes to its end. */
export interface Ending {
  /** Options of the route. */
  readonly options?: (scene: Scene) => object
  readonly handler: (scene: Scene) => Handler
  /** How the dependency of the call is closed. */
  readonly closing?: (scene: Scene) => unknown
  /**
   * What the caller does: waits where the call waits and opens the gate, leaves there (the gate is
   * opened behind it), or simply calls.
   */
  readonly caller: 'opens' | 'leaves' | 'calls'
  readonly seen: ExpectedEnding
  readonly authenticate?: (scene: Scene) => unknown
}

export function buildEnding({ options, handler, closing, authenticate }: Ending) {
  const scene: Scene = { gate: new Gate(), trace: [], never: new Promise(() => {}) }
  const { trace } = scene
  const records = new Records()
  const lines = new Lines()
  const tx = dependency(
    async function* () {
      try {
        yield {}
      } catch (error) {
        trace.push('rolled back')
        throw error
      }
      await closing?.(scene)
      trace.push('committed')
    },
    { name: 'tx' },
  )
  const app = createApp({
    name: 'endings',
    env: ENV,
    log: { logger: lines.logger, onCall: records.onCall },
    limits: { close: '300ms' },
    auth: [
      {
        authenticate: async (_request) => {
          await authenticate?.(scene)
          return new AuthContext({ subject: 'ann' })
        },
        surfaces: ALL,
      },
    ],
    approval: () => true,
  })
  const handle = handler(scene)
  app.post('/work', { ...on('work'), params: { tx }, ...options?.(scene) }, async (_, call) => {
    trace.push('began')
    call.background(() => trace.push('background'))
    return handle(call)
  })
  return { app, scene, records, lines }
}

const RIGHT = 'began, committed, background'
const WRONG = 'began, rolled back'

function same(answer: unknown, trace: string, record: string, problem?: string): ExpectedEnding {
  return () => ({ answer, trace, record, problem: problem ?? null })
}

/** A stream that HTTP has begun to send when it goes wrong: it is cut, and agents are told. */
function cutOrTold(code: string, status: number, trace = WRONG): ExpectedEnding {
  return ({ source }) =>
    source === 'api'
      ? { answer: 'cut', trace, record: 'failed 200', problem: code }
      : { answer: code, trace, record: `failed ${status}`, problem: code }
}

/**
 * Whoever leaves HTTP, the older MCP or the remote CLI leaves work behind that is done all the
 * same; the newer MCP's closed connection, and an interrupt here, mean that nobody wants it.
 */
function doneOrCalledOff(done: string, calledOff: string): ExpectedEnding {
  return ({ id }) => {
    if (id !== 'mcp-modern' && id !== 'cli-local') {
      return { answer: 'left', trace: done, record: 'aborted 200', problem: null }
    }
    return leftWith(calledOff)
  }
}

function leftWith(trace: string): SeenEnding {
  return { answer: 'left', trace, record: 'aborted 400', problem: 'client_disconnected' }
}

const leavesStream: ExpectedEnding = ({ source }) => ({
  ...leftWith('began, rolled back, released'),
  record: source === 'api' ? 'aborted 200' : 'aborted 400',
})

async function* text(...pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces
}

const failing = (message = HIDDEN) => new Error(message)

/** A source whose first piece is an error. */
function failingAtOnce(): AsyncIterable<string> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(failing()) }) }
}

const passing = (act: () => unknown) =>
  guard({
    name: 'Waits',
    check: async () => {
      await act()
      return true
    },
  })

export const ENDINGS: Readonly<Record<string, Ending>> = {
  'a value': { handler: () => () => 'done', caller: 'calls', seen: same('done', RIGHT, 'ok 200') },
  'a stream': {
    handler: () => () => text('a', 'b'),
    caller: 'calls',
    seen: same('ab', RIGHT, 'ok 200'),
  },
  'a stream that waits': {
    handler: ({ gate }) =>
      async function* () {
        yield 'a'
        await gate.wait()
        yield 'b'
      },
    caller: 'opens',
    seen: same('ab', RIGHT, 'ok 200'),
  },
  'a stream that waits before its first piece': {
    handler: ({ gate }) =>
      async function* () {
        await gate.wait()
        yield 'ab'
      },
    caller: 'opens',
    seen: same('ab', RIGHT, 'ok 200'),
  },
  'a stream that fails before its first piece': {
    handler: () =>
      async function* () {
        await null
        yield* failingAtOnce()
      },
    caller: 'calls',
    seen: cutOrTold('INTERNAL_ERROR', 500),
  },
  'a stream that fails after its first piece': {
    handler: () =>
      async function* () {
        yield 'a'
        throw failing()
      },
    caller: 'calls',
    seen: cutOrTold('INTERNAL_ERROR', 500),
  },
  'a stream that throws an HttpError': {
    handler: () =>
      async function* () {
        yield 'a'
        throw new HttpError(409, 'Gone meanwhile')
      },
    caller: 'calls',
    seen: ({ source }) =>
      source === 'api'
        ? { answer: 'cut', trace: WRONG, record: 'failed 200', problem: 'http_error' }
        : { answer: 'http_error', trace: WRONG, record: 'refused 409', problem: 'http_error' },
  },
  'events that fail': {
    handler: () => () =>
      sse(
        (async function* (): AsyncGenerator<SseEvent> {
          yield { data: 'a' }
          throw failing()
        })(),
      ),
    caller: 'calls',
    seen: cutOrTold('INTERNAL_ERROR', 500),
  },
  'a stream with a status of failure': {
    handler: () => () => reply(text('broken'), { status: 503 }),
    caller: 'calls',
    seen: same('failed: broken', WRONG, 'failed 503'),
  },
  'a stream out of an error handler': {
    options: () => ({ errorHandlers: [handle(RangeError, () => stream(text('a', 'b')))] }),
    handler: () => () => {
      throw new RangeError(HIDDEN)
    },
    caller: 'calls',
    // What was rolled back was not done, and a mail that says so must not leave.
    seen: same('ab', 'began, rolled back', 'ok 200'),
  },
  'a caller that leaves in the authenticator': {
    authenticate: ({ gate }) => gate.wait(),
    handler: () => () => 'done',
    caller: 'leaves',
    seen: doneOrCalledOff(RIGHT, ''),
  },
  'a caller that leaves in a guard': {
    options: ({ gate }) => ({ guards: [passing(() => gate.wait())] }),
    handler: () => () => 'done',
    caller: 'leaves',
    seen: doneOrCalledOff(RIGHT, ''),
  },
  'a caller that leaves in the handler': {
    handler:
      ({ gate, trace }) =>
      async ({ signal }) => {
        await gate.wait()
        trace.push(signal.aborted ? 'was told' : 'was not told')
        return 'done'
      },
    caller: 'leaves',
    seen: doneOrCalledOff('began, was told, committed, background', 'began, rolled back, was told'),
  },
  'a caller that leaves a handler that heeds it': {
    handler:
      ({ gate }) =>
      async ({ signal }) => {
        void gate.wait()
        await new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        )
      },
    caller: 'leaves',
    seen: () => leftWith(WRONG),
  },
  'a caller that leaves in a stream': {
    handler: ({ gate, trace }) =>
      async function* () {
        try {
          yield 'a'
          await gate.wait()
          yield 'b'
          trace.push('went on')
        } finally {
          trace.push('released')
        }
      },
    caller: 'leaves',
    seen: leavesStream,
  },
  'a caller that leaves a stream before its first piece': {
    handler: ({ gate, trace }) =>
      async function* () {
        try {
          await gate.wait()
          yield 'a'
          trace.push('went on')
        } finally {
          trace.push('released')
        }
      },
    caller: 'leaves',
    seen: leavesStream,
  },
  'a caller that leaves in an error handler': {
    options: ({ gate, trace }) => ({
      errorHandlers: [
        handle(RangeError, async () => {
          trace.push('asked')
          await gate.wait()
          return 'handled'
        }),
      ],
    }),
    handler: () => () => {
      throw new RangeError(HIDDEN)
    },
    caller: 'leaves',
    seen: doneOrCalledOff('began, asked, rolled back', 'began, asked, rolled back'),
  },
  'a caller that leaves in closing': {
    closing: ({ gate }) => gate.wait(),
    handler: () => () => 'done',
    caller: 'leaves',
    seen: ({ id }) =>
      // What was interrupted too late is done, and here there is still somebody to tell.
      id === 'cli-local'
        ? { answer: 'done', trace: RIGHT, record: 'ok 200', problem: null }
        : { answer: 'left', trace: RIGHT, record: 'aborted 200', problem: null },
  },
  'a deadline in the handler': {
    options: () => ({ timeout: '200ms' }),
    handler:
      ({ never }) =>
      () =>
        never,
    caller: 'calls',
    seen: same('TIMEOUT', WRONG, 'failed 504', 'TIMEOUT'),
  },
  'a deadline before the first piece of a stream': {
    options: () => ({ timeout: '200ms' }),
    handler: ({ never }) =>
      async function* () {
        await never
        yield 'a'
      },
    caller: 'calls',
    seen: cutOrTold('TIMEOUT', 504),
  },
  'a deadline after the first piece of a stream': {
    options: () => ({ timeout: '200ms' }),
    handler: ({ never }) =>
      async function* () {
        yield 'a'
        await never
      },
    caller: 'calls',
    seen: cutOrTold('TIMEOUT', 504),
  },
  'a deadline in an error handler': {
    options: ({ never }) => ({
      timeout: '200ms',
      errorHandlers: [handle(RangeError, () => never)],
    }),
    handler: () => () => {
      throw new RangeError(HIDDEN)
    },
    caller: 'calls',
    seen: same('TIMEOUT', WRONG, 'failed 504', 'TIMEOUT'),
  },
  'a deadline in a stream out of an error handler': {
    options: ({ never }) => ({
      timeout: '200ms',
      errorHandlers: [
        handle(RangeError, () =>
          stream(
            (async function* () {
              yield 'a'
              await never
            })(),
          ),
        ),
      ],
    }),
    handler: () => () => {
      throw new RangeError(HIDDEN)
    },
    caller: 'calls',
    seen: cutOrTold('TIMEOUT', 504),
  },
  'an error handler that fails': {
    options: () => ({
      errorHandlers: [
        handle(RangeError, () => {
          throw failing()
        }),
      ],
    }),
    handler: () => () => {
      throw new RangeError(HIDDEN)
    },
    caller: 'calls',
    seen: same('INTERNAL_ERROR', WRONG, 'failed 500', 'INTERNAL_ERROR'),
  },
  'a closing that hangs': {
    closing: ({ never }) => never,
    handler: () => () => 'done',
    caller: 'calls',
    seen: same('INTERNAL_ERROR', 'began', 'failed 500', 'INTERNAL_ERROR'),
  },
  'a closing that hangs while the deadline passes': {
    options: () => ({ timeout: '200ms' }),
    closing: ({ never }) => never,
    handler: () => () => 'done',
    caller: 'calls',
    seen: same('INTERNAL_ERROR', 'began', 'failed 500', 'INTERNAL_ERROR'),
  },
  'a closing that fails': {
    closing: () => {
      throw failing()
    },
    handler: () => () => 'done',
    caller: 'calls',
    seen: same('INTERNAL_ERROR', 'began', 'failed 500', 'INTERNAL_ERROR'),
  },
  'a closing that throws an HttpError': {
    closing: () => {
      throw new HttpError(409, 'Somebody was faster')
    },
    handler: () => () => 'done',
    caller: 'calls',
    seen: same('http_error', 'began', 'refused 409', 'http_error'),
  },
  'a closing that hangs after a stream': {
    closing: ({ never }) => never,
    handler: () => () => text('a', 'b'),
    caller: 'calls',
    seen: cutOrTold('INTERNAL_ERROR', 500, 'began'),
  },
  'a closing that fails after a stream': {
    closing: () => {
      throw failing()
    },
    handler: () => () => text('a', 'b'),
    caller: 'calls',
    seen: cutOrTold('INTERNAL_ERROR', 500, 'began'),
  },
  'a reply of 500': {
    handler: () => () => reply('broken', { status: 500 }),
    caller: 'calls',
    seen: same('failed: broken', WRONG, 'failed 500'),
  },
  'a reply of 404': {
    handler: () => () => reply('none', { status: 404 }),
    caller: 'calls',
    seen: same('failed: none', 'began, committed', 'ok 404'),
  },
}
