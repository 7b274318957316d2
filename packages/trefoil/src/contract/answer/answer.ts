import type { ContentBlock } from '../content/content-block.ts'
import type { PartialContent } from './partial-content.ts'

/**
 * What a call answers, made of the handler's value in one step with its validation: nothing that
 * runs later can change it (FND-2).
 */
export interface Answer {
  /** `none` for `null` and `undefined`; `stream` only where a surface takes one. */
  readonly kind: 'none' | 'text' | 'json' | 'bytes' | 'stream'
  /** The text itself, JSON text, a copy of the bytes, the stream; `null` for none. */
  readonly body: string | Uint8Array | AsyncIterable<string | Uint8Array> | null
  /** False for what nobody held to `returns`: there is none, or an error handler made it. */
  readonly promised: boolean
  /** HTTP status, 200…599. */
  readonly status: number
  /** What `reply()` said beside the value; `null` for a bare value. */
  readonly head: AnswerHead | null
  /** Of a stream that can be sent in parts. */
  readonly content: PartialContent | null
}

/** Options of `reply()`, read and checked once. */
export interface AnswerHead {
  /** True when the handler chose the status. */
  readonly hasStatus: boolean
  /** Lower-case names and values in turn, `set-cookie` among them. */
  readonly pairs: readonly string[]
  /** Lower-case names that take the place of headers the framework would have sent. */
  readonly names: ReadonlySet<string>
  readonly etag: true | string | null
  /** `null`: as the app decides. */
  readonly compress: boolean | null
  /** What agents are shown; `null` for the value's text. */
  readonly blocks: readonly ContentBlock[] | null
  readonly meta: Readonly<Record<string, unknown>> | null
}
