/** The other end of a connection on which messages are lines. */
export interface StdioChannel {
  /** Header names and values in turn: the credential of whoever started us. */
  readonly headers: readonly string[]
  /** Aborted when the connection is over: nothing more is started, and what runs is told. */
  readonly signal: AbortSignal
  /** Sends a message, one line of JSON without its end. Never throws. */
  readonly send: (message: string) => void
  /** True while the other end does not read as fast as it is told: what can be left out is not sent. */
  readonly isBehind: boolean
}

/** A connection that takes lines. */
export interface StdioLines {
  /** Bytes of the longest line. */
  readonly maxLine: number
  /** Answers a line. Never rejects. */
  receive(line: Uint8Array): Promise<void>
  /** Answers a line that was longer. Never rejects. */
  tooLong(): Promise<void>
}
