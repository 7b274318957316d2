/** A streamed body whose size is known and of which a part can be sent: what `Range` asks for. */
export interface PartialContent {
  /** Bytes of the whole. */
  readonly size: number
  /** Milliseconds since the epoch. */
  readonly lastModified: number
  /** Chooses the part to stream, both ends included. Called at most once, before the first read. */
  select(start: number, end: number): void
}
