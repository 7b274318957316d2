import type { Duration } from '../../../base/duration.ts'
import { freezeClass } from '../../../base/plain/freeze-class.ts'
import { EventBody } from '../../../contract/answer/event-body.ts'
import { type Reply, type ReplyOptions, reply } from '../../../contract/answer/reply.ts'
import { checkOptionNames, type OptionNames } from '../../../contract/options/option-names.ts'
import { readDuration } from '../../../contract/options/read-duration.ts'
import { valueKind } from '../../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { formatSseEvent, type SseEvent } from '../../../web/sse-event.ts'
import { EventStream, systemTimers, type Timers } from './event-stream.ts'

/** Options of {@link sse}. */
export interface SseOptions extends Omit<ReplyOptions, 'status' | 'etag'> {
  /**
   * A comment is sent after this much silence, so that proxies keep the connection and a client
   * that vanished is noticed. `false` for none. Default `15s`.
   */
  readonly heartbeat?: Duration | false
}

const OPTIONS: OptionNames<SseOptions> = {
  heartbeat: true,
  headers: true,
  cookies: true,
  content: true,
  compress: true,
  meta: true,
}

/**
 * Answers with server-sent events. A comment goes out at once, so that the client knows it is
 * connected; an event that cannot be written ends the stream as failed. End your iterable when
 * `call.signal` aborts. MCP and CLI callers get a list of the events.
 *
 * @throws ImproperlyConfigured for an unknown option, and a `heartbeat` that is no duration
 */
export function sse(
  events: AsyncIterable<SseEvent>,
  options: SseOptions = {},
): Reply<AsyncIterable<string>> {
  return sseWith(systemTimers, events, options)
}

/** {@link sse} with timers that a test can hold still. */
export function sseWith(
  timers: Timers,
  events: AsyncIterable<SseEvent>,
  options: SseOptions = {},
): Reply<AsyncIterable<string>> {
  checkOptionNames('sse()', options, OPTIONS)
  const { heartbeat = '15s', headers, ...rest } = options
  const silence = heartbeat === false ? 0 : readDuration('sse(): heartbeat', heartbeat)
  if (typeof events?.[Symbol.asyncIterator] !== 'function') {
    throw new ImproperlyConfigured(
      `sse() takes an async iterable of events, such as an async generator called, got ${valueKind(events)}`,
    )
  }
  return reply(new SseBody(events, silence, timers), {
    ...rest,
    headers: {
      'cache-control': 'no-cache',
      // Tells nginx and its kin not to collect events before passing them on.
      'x-accel-buffering': 'no',
      ...headers,
      'content-type': 'text/event-stream',
    },
  })
}

class SseBody extends EventBody<SseEvent> {
  readonly events: AsyncIterable<SseEvent>
  readonly #silence: number
  readonly #timers: Timers

  constructor(events: AsyncIterable<SseEvent>, silence: number, timers: Timers) {
    super()
    this.events = events
    this.#silence = silence
    this.#timers = timers
    Object.freeze(this)
  }

  [Symbol.asyncIterator](): AsyncIterator<string> {
    return new EventStream(this.events, formatSseEvent, this.#silence, this.#timers)
  }
}

// Every handler can make one: what is put on the prototype would be sent in the place of the events
// of every other call (FND-57).
freezeClass(SseBody)
