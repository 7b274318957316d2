import { joinBytes } from '../../base/join-bytes.ts'
import { Pace } from '../../base/pace.ts'
import { EventBody } from '../../contract/answer/event-body.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallState } from '../call-state.ts'
import { toJson } from './json-text.ts'
import { holdError, type PieceReader, pieceReaderOf, type StreamValue } from './piece-reader.ts'
import { textOfBytes } from './text-of-bytes.ts'

/** A stream that was read to its end. */
export interface Whole {
  readonly kind: 'text' | 'json' | 'bytes'
  readonly body: string | Uint8Array
}

/**
 * Reads a stream to its end, for a surface whose answers are documents. Under the call's deadline
 * and abort: whoever interrupts it gives back what the stream holds, though a source that waits for
 * an event may wait for ever (FND-15).
 *
 * @param limit bytes
 * @param type media type that handler or route named
 * @returns a problem when it is too large, or nobody waits for it any more
 */
export async function collectStream(
  state: CallState,
  stream: StreamValue,
  limit: number,
  type: string | null,
): Promise<Whole | Problem> {
  if (stream instanceof EventBody) {
    const events = new EventList()
    const end = await readAll<unknown>(state, pieceReaderOf<unknown>(stream.events), (event) => {
      events.add(event)
      return events.size <= limit
    })
    return end ?? { kind: 'json', body: events.text() }
  }
  holdError(stream)
  const pieces: (string | Uint8Array)[] = []
  let size = 0
  let isText = true
  const end = await readAll(state, pieceReaderOf(stream), (piece) => {
    const bytes = sizeOf(piece)
    size += bytes
    isText &&= typeof piece === 'string'
    // Empty ones are not kept: they count for nothing, so no limit would hold them.
    if (bytes === 0) return true
    // A copy: a source may read the next piece into the same memory.
    pieces.push(typeof piece === 'string' ? piece : new Uint8Array(piece))
    return size <= limit
  })
  return end ?? join(pieces, isText, type)
}

/** @param take returns false when that was one too many */
async function readAll<Piece>(
  state: CallState,
  source: PieceReader<Piece>,
  take: (piece: Piece) => boolean,
): Promise<Problem | null> {
  const { inbound } = state
  const pace = new Pace()
  let stopped: Problem | null = null
  let wake: ((end: Problem) => void) | null = null
  state.interrupt = (problem) => {
    stopped = problem
    wake?.(problem)
  }
  inbound.onAbort(() => state.interrupt?.(refuse('client_disconnected')))
  try {
    for (;;) {
      const turn = pace.step()
      if (turn !== null) await turn
      if (inbound.aborted) stopped ??= refuse('client_disconnected')
      // Of an error handler that took until after the deadline, say: nobody interrupts what begins now.
      if (state.ended) stopped ??= refuse('TIMEOUT')
      // Every piece is made by the developer's code, which must not start any more (FND-16).
      if (stopped !== null) return leave(source, stopped)
      const step = await new Promise<IteratorResult<Piece> | Problem>((resolve, reject) => {
        wake = resolve
        source.next().then(resolve, reject)
      })
      if (step instanceof Problem) return leave(source, step)
      if (step.done === true) return null
      if (!take(step.value)) return leave(source, refuse('response_too_large'))
    }
  } catch (error) {
    leave(source, refuse('INTERNAL_ERROR'))
    throw error
  } finally {
    state.interrupt = null
  }
}

/** Not waited for: a source that waits for an event may wait for ever. */
function leave(source: PieceReader<unknown>, problem: Problem): Problem {
  source.release().catch(() => {})
  return problem
}

function sizeOf(piece: unknown): number {
  if (typeof piece === 'string') return new TextEncoder().encode(piece).byteLength
  if (piece instanceof Uint8Array) return piece.byteLength
  // JavaScript sources yield anything; joined as it is, it would be read as something else.
  throw new TypeError(`A stream yields text or bytes, not ${typeof piece}`)
}

/** Text is what was yielded as text, or what its bytes are under a type that says so. */
function join(
  pieces: readonly (string | Uint8Array)[],
  isText: boolean,
  type: string | null,
): Whole {
  if (isText) return { kind: 'text', body: pieces.join('') }
  const bytes = joinBytes(
    pieces.map((piece) => (typeof piece === 'string' ? new TextEncoder().encode(piece) : piece)),
  )
  const text = textOfBytes(bytes, type)
  return text === null ? { kind: 'bytes', body: bytes } : { kind: 'text', body: text }
}

/**
 * What each event says; whole events where one says more than data. Made into text as they come:
 * whoever yields an event may go on to write the next into the same object.
 */
class EventList {
  readonly #whole: string[] = []
  /** `null` once one has said more. */
  #bare: string[] | null = []
  /** Bytes of the list of whole events. */
  size = 2

  add(event: unknown): void {
    const text = toJson(event)
    this.size += new TextEncoder().encode(text).byteLength + 1
    this.#whole.push(text)
    if (this.#bare === null) return
    if (isBare(event)) this.#bare.push(toJson([event.data]).slice(1, -1))
    else this.#bare = null
  }

  text(): string {
    return `[${(this.#bare ?? this.#whole).join(',')}]`
  }
}

function isBare(event: unknown): event is { readonly data?: unknown } {
  if (typeof event !== 'object' || event === null) return false
  return Object.keys(event).every((key) => key === 'data')
}
