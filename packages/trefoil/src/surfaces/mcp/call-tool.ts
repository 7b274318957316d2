import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { HttpReply } from '../../contract/exchange.ts'
import type { Outcome } from '../../contract/outcome.ts'
import { Problem } from '../../contract/problem.ts'
import { problemRow } from '../../contract/problems.ts'
import type { EndpointRequest } from '../../contract/surface.ts'
import { type CollectedValue, collectValue } from '../../engine/answer/collect-value.ts'
import { DryRun } from '../../engine/dry-run.ts'
import type { Plan } from '../../engine/plan.ts'
import { run } from '../../engine/run.ts'
import { RunningCall } from '../../engine/running-call.ts'
import { dryRunReport } from '../agent/dry-run-report.ts'
import { EndpointInbound } from '../agent/endpoint-inbound.ts'
import { problemBody } from '../agent/problem-body.ts'
import type { McpParts } from './mcp-parts.ts'
import type { RpcId } from './message.ts'
import { isAuthProblem, problemReply } from './problem-reply.ts'
import type { ToolCallParams } from './tool-call-params.ts'
import { type Era, resultReply, type ToolResult } from './wire/era.ts'

/** Runs a tool through the engine and writes the result in the words of its era. */
export function callTool(
  parts: McpParts,
  request: EndpointRequest,
  era: Era,
  id: RpcId,
  plan: Plan,
  params: ToolCallParams,
): Awaitable<HttpReply> {
  const inbound = new EndpointInbound(request, 'mcp', params.args, params.options)
  const call = new RunningCall(plan, inbound, 'server', request.requestId)
  const encode = (outcome: Outcome) => encodeOutcome(parts, call, outcome, era, id)
  const outcome = run(call)
  return isPromiseLike(outcome) ? outcome.then(encode) : encode(outcome)
}

function encodeOutcome(
  parts: McpParts,
  call: RunningCall,
  outcome: Outcome,
  era: Era,
  id: RpcId,
): Awaitable<HttpReply> {
  if (!outcome.ok) return failureReply(parts, call, outcome.problem, era, id)
  const write = (collected: CollectedValue | Problem) =>
    collected instanceof Problem
      ? failureReply(parts, call, collected, era, id)
      : successReply(parts, call, collected, outcome.reply?.status ?? 200, era, id)
  const collected = collectValue(call, outcome.value, parts.maxResponseSize)
  return isPromiseLike(collected) ? collected.then(write) : write(collected)
}

function successReply(
  parts: McpParts,
  call: RunningCall,
  { text, isJson }: CollectedValue,
  status: number,
  era: Era,
  id: RpcId,
): HttpReply {
  const isError = status >= 400
  const hasSchema = call['~plan'].action.outputSchema !== null
  const structured = hasSchema && !isError ? (isJson ? text : JSON.stringify(text)) : null
  return toolReply(parts, call, { text, structured, isError }, era, id)
}

/**
 * A failure the model can act on is a tool result (2025-11-25 on); one it cannot is an error of
 * the request.
 */
function failureReply(
  parts: McpParts,
  call: RunningCall,
  problem: Problem,
  era: Era,
  id: RpcId,
): HttpReply {
  if (problem instanceof DryRun)
    return documentReply(parts, call, dryRunReport(call), false, era, id)
  if (isAuthProblem(problem) || problemRow(problem.code).mcp !== 'tool') {
    return problemReply(problem, era, id, call.requestId)
  }
  const document = { error: problemBody(problem, call.requestId) }
  return documentReply(parts, call, document, true, era, id)
}

/** Structured only where the tool promises no other structure: clients hold it to its schema. */
function documentReply(
  parts: McpParts,
  call: RunningCall,
  document: object,
  isError: boolean,
  era: Era,
  id: RpcId,
): HttpReply {
  const text = JSON.stringify(document)
  const structured = call['~plan'].action.outputSchema === null ? text : null
  return toolReply(parts, call, { text, structured, isError }, era, id)
}

function toolReply(
  parts: McpParts,
  call: RunningCall,
  result: ToolResult,
  era: Era,
  id: RpcId,
): HttpReply {
  return resultReply(id, era.toolResult(result, parts.tools, call.action.name))
}
