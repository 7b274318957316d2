/** What `audit.onToolCall` is told of a tool call (MCP-15). Frozen. */
export interface ToolCallEvent {
  /** Name of the tool. */
  readonly tool: string
  /** `null` for nobody. */
  readonly subject: string | null
  /** True for an answer below 400. */
  readonly success: boolean
  /** Milliseconds. */
  readonly duration: number
  /** The names of the arguments, each with `<redacted>`; none where they could not be bound. */
  readonly arguments: Readonly<Record<string, '<redacted>'>>
}

/** Told of every tool call once it has ended; a throw or a rejection refuses to answer it. */
export type OnToolCall = (event: ToolCallEvent) => unknown
