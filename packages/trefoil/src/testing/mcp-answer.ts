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
  /** The body as JSON; `null` when there is none. */
  readonly message: JsonMembers | null

  constructor(response: TestResponse) {
    this.response = response
    this.message = response.bytes.byteLength === 0 ? null : response.json<JsonMembers>()
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

  /** True when the tool ran and did not fail, or another request got its result. */
  get isSuccess(): boolean {
    return this.result !== null && this.result['isError'] !== true
  }

  /** Text of the first content block of a tool result; empty when there is none. */
  get text(): string {
    const content = this.result?.['content']
    const first: unknown = Array.isArray(content) ? content[0] : null
    return isMembers(first) && typeof first['text'] === 'string' ? first['text'] : ''
  }

  /** Structured content of a tool result; `undefined` when there is none. */
  get structuredContent(): unknown {
    return this.result?.['structuredContent']
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

function isMembers(value: unknown): value is JsonMembers {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
