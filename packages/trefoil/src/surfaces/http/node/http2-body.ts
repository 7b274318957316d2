import type { ServerHttp2Stream } from 'node:http2'
import { startTimer } from '../../../base/start-timer.ts'
import { refuse } from '../../../contract/problem.ts'

/**
 * True when a stream is over and its body was not all there. Its request says `complete` and
 * `end` all the same, and half a body would be taken for a whole one.
 */
export function isCut(stream: ServerHttp2Stream): boolean {
  return stream.aborted || (stream.closed && !stream.readableEnded)
}

/**
 * A body of HTTP/2 in time: node has a timeout for the requests of HTTP/1.1 only. The time counts
 * from when the body is asked for; until then flow control holds the client back.
 *
 * @param ms milliseconds; 0 for any time, as node has it
 * @throws Problem `request_timeout`, or `client_disconnected` for a body that was cut short
 */
export async function wholeInTime(
  body: Promise<Uint8Array>,
  stream: ServerHttp2Stream,
  ms: number,
): Promise<Uint8Array> {
  const timer = new BodyTimer(ms)
  try {
    const whole = await Promise.race([body, timer.over])
    if (isCut(stream)) throw refuse('client_disconnected')
    return whole
  } finally {
    timer.stop()
  }
}

/** The same for a body that is read piece by piece. */
export async function* piecesInTime(
  pieces: AsyncGenerator<Uint8Array, void, undefined>,
  stream: ServerHttp2Stream,
  ms: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const timer = new BodyTimer(ms)
  try {
    for (;;) {
      const step = await Promise.race([pieces.next(), timer.over])
      if (isCut(stream)) throw refuse('client_disconnected')
      if (step.done === true) return
      yield step.value
    }
  } finally {
    timer.stop()
    // Not awaited: it waits for a piece that may never come, until the stream is closed.
    pieces.return().catch(() => {})
  }
}

class BodyTimer {
  readonly over: Promise<never>
  readonly #stopTimer: (() => void) | null

  constructor(ms: number) {
    const { promise, reject } = Promise.withResolvers<never>()
    this.over = promise
    // Nobody may be waiting for it just then.
    promise.catch(() => {})
    this.#stopTimer = ms === 0 ? null : startTimer(ms, () => reject(refuse('request_timeout')))
  }

  stop(): void {
    this.#stopTimer?.()
  }
}
