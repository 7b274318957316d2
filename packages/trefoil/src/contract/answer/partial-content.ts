import { freezeClass } from '../../base/plain/freeze-class.ts'

/**
 * A streamed body whose size is known and of which a part can be sent: what `Range` asks for. A
 * class, so that no option of a reply has to carry it.
 */
export abstract class PartialContent implements AsyncIterable<Uint8Array> {
  /** Bytes of the whole. */
  abstract readonly size: number
  /** Milliseconds since the epoch. */
  abstract readonly lastModified: number
  /** Chooses the part to stream, both ends included. Called at most once, before the first read. */
  abstract select(start: number, end: number): void
  abstract [Symbol.asyncIterator](): AsyncIterator<Uint8Array>
}

// Reached from what its heirs make, which handlers hold.
freezeClass(PartialContent)
