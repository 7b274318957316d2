import { freezeGenerators } from '../../../base/plain/freeze-class.ts'
import {
  REPLY_OPTIONS,
  type Reply,
  type ReplyOptions,
  reply,
} from '../../../contract/answer/reply.ts'
import { checkOptionNames, type OptionNames } from '../../../contract/options/option-names.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { isStream, type StreamValue } from '../../../engine/answer/stream.ts'
import { withContentType } from './content-type.ts'

/** A piece of a stream: text is sent as UTF-8. */
export type Chunk = string | Uint8Array

/** What {@link stream} can send. Reading begins when the answer is sent, not before. */
export type StreamSource = AsyncIterable<Chunk> | ReadableStream<Chunk> | Iterable<Chunk>

/** Options of {@link stream}. */
export interface StreamOptions extends Omit<ReplyOptions, 'etag'> {
  /** Default `application/octet-stream`. */
  readonly contentType?: string
  /** A version of your own; a stream has no hash before it has been sent. */
  readonly etag?: string
}

const OPTIONS: OptionNames<StreamOptions> = { ...REPLY_OPTIONS, contentType: true }

/**
 * Answers piece by piece, as fast as the client reads. An error in the middle closes the
 * connection, so that half an answer is never taken for a whole one, and dependencies of the call
 * are closed with that error. When the client leaves, the source's `return()` is called.
 *
 * @throws ImproperlyConfigured for an unknown option, when the source cannot be iterated, or for a bad status
 */
export function stream(source: StreamSource, options: StreamOptions = {}): Reply<StreamValue> {
  checkOptionNames('stream()', options, OPTIONS)
  const { contentType = 'application/octet-stream', ...rest } = options
  return reply(toStream(source), withContentType(rest, contentType))
}

function toStream(source: StreamSource): StreamValue {
  if (isStream(source)) return source
  const isBody = typeof source === 'string' || ArrayBuffer.isView(source)
  if (isBody || typeof source !== 'object' || source === null || !(Symbol.iterator in source)) {
    throw new ImproperlyConfigured(
      'stream() takes an iterable or a ReadableStream of text or bytes',
    )
  }
  return fromIterable(source)
}

async function* fromIterable(source: Iterable<Chunk>): AsyncGenerator<Chunk, void, undefined> {
  yield* source
}

// Handlers hold one: the value of `stream([…])`.
freezeGenerators(fromIterable)
