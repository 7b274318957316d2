/** One expected failure: how it looks on each surface, so that a surface never invents an answer of its own. */
export interface ProblemRow {
  /** HTTP status. */
  readonly status: number
  /**
   * How an MCP `tools/call` shows it: `tool` is a result with `isError`, `http` is the bare
   * HTTP answer (401, 403…), a number is the code of a JSON-RPC error.
   */
  readonly mcp: 'tool' | 'http' | number
  /** Exit code of the `trefoil` program: 1 failed, 2 wrong usage, 75 needs something of a
   * person: an approval, an answer; 124 out of time, 130 and 143 ended by a signal. */
  readonly exit: number
  /** What the caller reads when nothing more exact is known. */
  readonly text: string
  /** What to do about it. */
  readonly fix: string
}
