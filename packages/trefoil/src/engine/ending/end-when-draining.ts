import { startTimer } from '../../base/start-timer.ts'
import type { Answer } from '../../contract/answer/answer.ts'
import { parseMediaType } from '../../web/media-type.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import type { WatchedStream } from '../answer/stream.ts'
import type { CallState } from '../call-state.ts'

/** Milliseconds without an event after which an event stream counts as one that only waits. */
const IDLE_MS = 1000

/**
 * Ends a stream of server-sent events when its server drains and nothing comes of it any more: its
 * reader connects again, to another server, and an open one would keep this one from stopping for
 * the whole of `drainTimeout`. Any other stream is an answer, and half of one must not look whole;
 * so is one that sends on. A handler that looks at `call.draining` ends its stream by itself.
 *
 * @returns to be called when the stream is over
 */
export function endWhenDraining(
  state: CallState,
  answer: Answer,
  stream: WatchedStream,
): () => void {
  if (!isEventStream(state, answer)) return () => {}
  const { draining } = state.site.app
  let stopTimer = () => {}
  const isSeenTo = () => state.drainWatch?.isWatched === true
  const end = () => {
    if (!isSeenTo()) void stream.skip().catch(() => {})
  }
  const wait = () => {
    stopTimer()
    stopTimer = startTimer(IDLE_MS, end)
  }
  const begin = () => {
    if (isSeenTo()) return
    stream.onPiece = (piece) => {
      if (!isComment(piece)) wait()
    }
    wait()
  }
  if (draining.hasBegun) begin()
  else draining.add(begin)
  return () => {
    draining.delete(begin)
    stream.onPiece = null
    stopTimer()
  }
}

/** What `sse()` sends in silence, so that proxies keep the connection. */
function isComment(piece: string | Uint8Array): boolean {
  return piece[0] === ':' || piece[0] === 0x3a
}

function isEventStream({ site }: CallState, { head }: Answer): boolean {
  const named = head === null ? undefined : firstHeader(head.pairs, 'content-type')
  const type = named ?? site.action.headers?.['content-type']
  return typeof type === 'string' && parseMediaType(type)?.essence === 'text/event-stream'
}
