import { mediaTypeEssence } from '../../base/json/json-media-type.ts'
import type { Answer } from '../../contract/answer/answer.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import type { Action } from '../../contract/call/action.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import { toJson } from '../../engine/answer/json-text.ts'
import type { CallState } from '../../engine/call-state.ts'
import type { RawHeaders } from '../../web/raw-headers.ts'
import { type AgentContent, agentContent, fits } from '../agent/agent-content.ts'
import { dryRunReport } from '../agent/dry-run-report.ts'
import { type ProblemIds, problemBody } from '../agent/problem-body.ts'
import type { McpParts } from './mcp-parts.ts'
import type { RpcId } from './message.ts'
import { isAuthProblem, problemReply } from './problem-reply.ts'
import { type Envelope, revisionOf } from './read-envelope.ts'
import { joinBlocks, shownValue } from './shown-value.ts'
import { resultReply, type ToolResult } from './wire/era.ts'

/** The result of a tool, or the report of a dry run. */
export function toolResult(
  parts: McpParts,
  envelope: Envelope,
  headers: RawHeaders | null,
  state: CallState,
  answer: Answer | null,
): HttpReply | Problem {
  const { action } = state.site
  if (answer === null) {
    return documentReply(parts, envelope, action, toJson(dryRunReport(state)), false)
  }
  const content = agentContent(state, answer)
  const blocks = answer.head?.blocks ?? null
  const size = content.kind === 'bytes' ? content.base64 : content.text
  if (blocks === null && !fits(size, parts.maxResponseSize)) return refuse('response_too_large')
  const hasSchema = action.outputSchema !== null
  // What an error handler made of an error is no value that the tool has promised, and a client would
  // refuse it as if nothing had been done.
  const isError =
    answer.status >= 400 || (hasSchema && !answer.promised && isPromise(parts, action))
  const structured = hasSchema && !isError ? structuredOf(content, parts, action) : null
  const block = contentBlock(content, state.requestId)
  if (blocks === null) {
    return write(parts, envelope, action, { content: block, structured, isError })
  }
  const revision = revisionOf(envelope, headers)
  const shown = shownValue(answer, content, { block, structured, hasSchema, revision })
  const all = joinBlocks(blocks, shown, revision, parts.maxResponseSize)
  return all === null
    ? refuse('response_too_large')
    : write(parts, envelope, action, { content: all, structured: shown.structured, isError })
}

/**
 * A failure the model can act on is a tool result (2025-11-25 on); one it cannot is an error of
 * the request.
 */
export function toolFailure(
  parts: McpParts,
  envelope: Envelope,
  action: Action,
  problem: Problem,
  ids: ProblemIds,
  hasBegun: boolean,
): HttpReply {
  // Of an answer that has begun the status is out: a scope that is found missing only now is told to the model.
  const isChallenge = isAuthProblem(problem)
  if (isChallenge ? !hasBegun : Problem.rowOf(problem).mcp !== 'tool') {
    return problemReply(problem, envelope.era, envelope.id, ids)
  }
  const text = toJson({ error: problemBody(problem, ids) })
  return documentReply(parts, envelope, action, text, true)
}

/** Structured only where the tool promises no other structure: clients hold it to its schema. */
function documentReply(
  parts: McpParts,
  envelope: Envelope,
  action: Action,
  text: string,
  isError: boolean,
): HttpReply {
  const structured = action.outputSchema === null ? text : null
  return write(parts, envelope, action, { content: textBlock(text), structured, isError })
}

function write(
  parts: McpParts,
  { era, id }: Envelope,
  { name }: Action,
  result: ToolResult,
): HttpReply {
  // Only messages with an id are tool calls.
  return resultReply(
    id as RpcId,
    era.toolResult(result, parts.server, parts.tools.wrapped.has(name)),
  )
}

function structuredOf(content: AgentContent, parts: McpParts, action: Action): string | null {
  // Clients insist on it where an output schema is advertised.
  if (content.kind === 'bytes') {
    return isPromise(parts, action) ? JSON.stringify(content.base64) : null
  }
  return content.kind === 'json' ? content.text : JSON.stringify(content.text)
}

function isPromise({ tools }: McpParts, { name }: Action): boolean {
  return tools.promising.has(name)
}

/** One content block, as JSON: text, image, audio, or a resource for whatever else bytes are. */
function contentBlock(content: AgentContent, requestId: string): string {
  if (content.kind !== 'bytes') return textBlock(content.text)
  const { base64: data, type } = content
  const mimeType = mediaTypeEssence(type)
  if (mimeType.startsWith('image/')) return JSON.stringify({ type: 'image', data, mimeType })
  if (mimeType.startsWith('audio/')) return JSON.stringify({ type: 'audio', data, mimeType })
  const uri = `urn:trefoil:answer:${encodeURIComponent(requestId)}`
  return JSON.stringify({ type: 'resource', resource: { uri, mimeType, blob: data } })
}

function textBlock(text: string): string {
  return `{"type":"text","text":${JSON.stringify(text)}}`
}
