/** The other end of a connection on which messages are lines. */
export interface StdioChannel {
  /** Header names and values in turn: the credential of whoever started us. */
  readonly headers: readonly string[]
  /** Aborted when the connection is over: nothing more is started, and what runs is told. */
  readonly signal: AbortSignal
  /** Sends a message, one line of JSON without its end. Never throws. */
  readonly send: (message: string) => void
}

/** A connection that takes lines. */
export interface StdioLines {
  /** Bytes of the longest line. */
  readonly maxLine: number
  /** Answers a line. Never rejects. */
  receive(line: Uint8Array): Promise<void>
  /** Answers a line that was longer. */
  tooLong(): void
}
