import type { TestResponse } from './test-response.ts'

/** JsonMembers of a JSON object. */
export type JsonMembers = Readonly<Record<string, unknown>>

/** Error member of a JSON-RPC answer. */
export interface RpcError {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** An answer of the MCP endpoint, read as far as it goes; nothing throws because it is an error. */
export class McpAnswer {
  /** The HTTP answer it came in. */
  readonly response: TestResponse
  /** The body as JSON; `null` when there is none. Of an answer of events the last of them. */
  readonly message: JsonMembers | null
  /** What came before it in an answer of events, such as `notifications/progress`. */
  readonly notifications: readonly JsonMembers[]

  constructor(response: TestResponse) {
    this.response = response
    if (response.headers.get('content-type') === 'text/event-stream') {
      const messages = eventsOf(response.text)
      this.message = messages.at(-1) ?? null
      this.notifications = messages.slice(0, -1)
    } else {
      this.message = response.bytes.byteLength === 0 ? null : response.json<JsonMembers>()
      this.notifications = []
    }
  }

  get status(): number {
    return this.response.status
  }

  /** Result of the request; `null` for an error. */
  get result(): JsonMembers | null {
    const result = this.message?.['result']
    return isMembers(result) ? result : null
  }

  /** JSON-RPC error; `null` for a result, and for refusals in HTTP's own words (401, 403). */
  get error(): RpcError | null {
    const error = this.message?.['error']
    // The server under test is ours and JSON-RPC fixes the shape of this member.
    return isMembers(error) && typeof error['code'] === 'number'
      ? (error as unknown as RpcError)
      : null
  }

  /** True when the tool ran and did not fail, or another request got its result; false for one that asks. */
  get isSuccess(): boolean {
    return this.result !== null && this.result['isError'] !== true && this.inputRequests === null
  }

  /** What the call asks before it goes on, by key; `null` for nothing. */
  get inputRequests(): JsonMembers | null {
    const requests = this.result?.['inputRequests']
    return isMembers(requests) ? requests : null
  }

  /** What is sent back with the answers to `inputRequests`; `null` for none. */
  get requestState(): string | null {
    const state = this.result?.['requestState']
    return typeof state === 'string' ? state : null
  }

  /** Content blocks of a tool result; empty when there are none. */
  get content(): readonly JsonMembers[] {
    const content = this.result?.['content']
    return Array.isArray(content) ? content.filter(isMembers) : []
  }

  /** Text of the first content block of a tool result; empty when there is none. */
  get text(): string {
    const text = this.content[0]?.['text']
    return typeof text === 'string' ? text : ''
  }

  /** Structured content of a tool result; `undefined` when there is none. */
  get structuredContent(): unknown {
    return this.result?.['structuredContent']
  }

  /** What was read of a resource; empty when there is nothing. */
  get contents(): readonly JsonMembers[] {
    const contents = this.result?.['contents']
    return Array.isArray(contents) ? contents.filter(isMembers) : []
  }

  /** The problem of a failed tool call (`{ code, message, fix, … }`); `null` for none. */
  get problem(): JsonMembers | null {
    if (this.result?.['isError'] !== true) return null
    try {
      const body: unknown = JSON.parse(this.text)
      const error = isMembers(body) ? body['error'] : null
      return isMembers(error) ? error : null
    } catch {
      return null
    }
  }
}

/** The messages of an event stream, comments left out. */
function eventsOf(text: string): JsonMembers[] {
  const messages: JsonMembers[] = []
  for (const event of text.split('\n\n')) {
    const lines = event.split('\n').filter((line) => line.startsWith('data: '))
    const data = lines.map((line) => line.slice('data: '.length)).join('\n')
    const message: unknown = data === '' ? null : JSON.parse(data)
    if (isMembers(message)) messages.push(message)
  }
  return messages
}

function isMembers(value: unknown): value is JsonMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
