import type { Awaitable } from '../../../base/promise.ts'
import type { Answer } from '../../../contract/answer/answer.ts'
import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import type { CallState } from '../../../engine/call-state.ts'
import type { Plan } from '../../../engine/plan.ts'
import type { RawHeaders } from '../../../web/raw-headers.ts'
import type { ProblemIds } from '../../agent/problem-body.ts'
import type { McpParts } from '../mcp-parts.ts'
import type { RpcId, RpcMessage } from '../message.ts'
import type { MessageCall } from '../message-call.ts'
import type { Envelope } from '../read-envelope.ts'
import type { Capability } from '../server-facts.ts'
import type { Target } from './target.ts'

/** A message that runs an action: found by name, called, and written in the words of the method. */
export interface ActionMethod {
  readonly kind: 'action'
  readonly capability: Capability
  /** `null` where nothing is there; whoever asks is told by {@link ActionMethod.missing}, once known. */
  find(parts: McpParts, message: RpcMessage): Target | null
  read(message: RpcMessage, target: Target): MessageCall | Problem
  /** What a caller is told who named nothing that there is. */
  missing(message: RpcMessage): Problem
  /** What is answered without an action; `null` where {@link ActionMethod.missing} says it. */
  instead?(asked: Asked): Awaitable<string | Problem> | null
  /** Writes an answer, or a dry run, of which `answer` is `null`. */
  encode(run: MethodRun, state: CallState, answer: Answer | null): HttpReply | Problem
  /** @param hasBegun true when a part of the answer is out */
  fail(run: MethodRun, problem: Problem, ids: ProblemIds, hasBegun: boolean): HttpReply
}

/** A call of an action, as its method writes it. */
export interface MethodRun {
  readonly parts: McpParts
  readonly envelope: Envelope
  readonly plan: Plan
  /** `null` where there is no HTTP. */
  readonly headers: RawHeaders | null
}

/** A message about the app: answered as soon as the caller is known. */
export interface AnswerMethod {
  readonly kind: 'answer'
  /** Served only where this is advertised; `null` for always. */
  readonly capability: Capability | null
  /** @returns JSON text of the result */
  answer(asked: Asked): Awaitable<string | Problem>
}

/** What it is asked, and by whom. */
export interface Asked {
  readonly parts: McpParts
  readonly envelope: Envelope
  readonly message: RpcMessage
  readonly id: RpcId
  readonly state: CallState
}

export type Method = ActionMethod | AnswerMethod
