import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import type { RawHeaders } from '../../../web/raw-headers.ts'
import { jsonTextReply } from '../../agent/json-reply.ts'
import type { RpcId, RpcMessage } from '../message.ts'
import type { ToolList } from '../tool-list.ts'

/** A finished tool call, before it is written in the words of an era. */
export interface ToolResult {
  /** JSON of its one content block. */
  readonly content: string
  /** JSON text of the structured content; `null` when the tool has no output schema. */
  readonly structured: string | null
  readonly isError: boolean
}

/** What a protocol era decides for itself. */
export interface Era {
  /** Revisions it serves, newest first. */
  readonly versions: readonly string[]
  /** True when a client calls a request off by closing its connection. */
  readonly cancelsByClosing: boolean
  /** True when clients must repeat in headers what gateways go by. */
  readonly namesHeaders: boolean
  /** Checks headers and metadata of a message; a problem refuses it. */
  check(message: RpcMessage, headers: RawHeaders): Problem | null
  /** Answers a method that needs no tool; `undefined` when the era has no such method. */
  answer(message: RpcMessage, tools: ToolList): string | Problem | undefined
  /** JSON of a tool result. */
  toolResult(result: ToolResult, tools: ToolList, tool: string): string
  /** HTTP status of a JSON-RPC error. */
  errorStatus(problem: Problem): number
}

/** A JSON-RPC result, from its JSON text. */
export function resultReply(id: RpcId, result: string): HttpReply {
  return jsonTextReply(`{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":${result}}`)
}
