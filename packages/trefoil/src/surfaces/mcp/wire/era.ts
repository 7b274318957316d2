import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { AskCapability } from '../../../contract/ask/capability.ts'
import type { SentAnswers } from '../../../contract/ask/sent-answers.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import type { RawHeaders } from '../../../web/raw-headers.ts'
import { jsonTextReply } from '../../agent/json-reply.ts'
import type { RpcId, RpcMessage } from '../message.ts'
import type { ServerFacts } from '../server-facts.ts'

/** A finished tool call, before it is written in the words of an era. */
export interface ToolResult {
  /** JSON of its content blocks, with commas between them. */
  readonly content: string
  /** JSON text of the structured content; `null` when the tool has no output schema. */
  readonly structured: string | null
  readonly isError: boolean
}

/** The stateless revision, or those with a handshake. */
export type EraName = 'modern' | 'legacy'

/** What a protocol era decides for itself. */
export interface Era {
  readonly name: EraName
  /** Revisions it serves, newest first. */
  readonly versions: readonly string[]
  /** True when a client calls a request off by closing its connection. */
  readonly cancelsByClosing: boolean
  /** The revision that a message is of. */
  revision(headers: RawHeaders): string
  /** True when clients must repeat in headers what gateways go by. */
  readonly namesHeaders: boolean
  /**
   * Checks headers and metadata of a message; a problem refuses it.
   *
   * @param headers `null` where there is no HTTP: the message is all there is, and nobody in between goes by less
   */
  check(message: RpcMessage, headers: RawHeaders | null): Problem | null
  /** JSON of a result, from that of its members with commas between them. */
  result(members: string, server: ServerFacts): string
  /** The same for the questions of a call, which is not over. */
  asked(members: string, server: ServerFacts): string
  /** The same for what a client may keep for a while. */
  listed(members: string, server: ServerFacts): string
  /** The same for what was read: kept by nobody, because nobody says when it changes. */
  read(members: string, server: ServerFacts): string
  /**
   * JSON of a tool result.
   *
   * @param wraps true for a tool whose structured content may be no object
   */
  toolResult(result: ToolResult, server: ServerFacts, wraps: boolean): string
  /** What the client of a message can be asked for. */
  capabilities(message: RpcMessage): readonly AskCapability[]
  /** Answers to questions of an earlier round. */
  answers(message: RpcMessage): SentAnswers | null
  /** Code of a JSON-RPC error, where the row of the problem has `code`. */
  errorCode(problem: Problem, code: number): number
  /** HTTP status of a JSON-RPC error. */
  errorStatus(problem: Problem): number
}

/** A JSON-RPC result, from its JSON text. */
export function resultReply(id: RpcId, result: string): HttpReply {
  const shown = typeof id === 'number' ? id : JSON.stringify(id)
  return jsonTextReply(`{"jsonrpc":"2.0","id":${shown},"result":${result}}`)
}
