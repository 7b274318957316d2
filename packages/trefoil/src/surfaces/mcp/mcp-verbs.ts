import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallState } from '../../engine/call-state.ts'
import { type AgentCall, EndpointInbound, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'
import { readBody } from '../agent/read-body.ts'
import { ALL_VISIBLE, type VisibleActions } from '../agent/visible-actions.ts'
import type { EndpointRequest } from '../endpoint.ts'
import { type Found, Ready, type Surface, walk } from '../walk.ts'
import { isBatch, readBatch, runBatch } from './batch.ts'
import { McpInbound } from './mcp-inbound.ts'
import type { McpParts } from './mcp-parts.ts'
import { problemReply } from './problem-reply.ts'
import { ProgressEvents } from './progress-events.ts'
import { type Envelope, readEnvelope, readTrace } from './read-envelope.ts'
import { takesEvents } from './takes-events.ts'
import { readToolCallParams, type ToolCallParams, toolNameOf } from './tool-call-params.ts'
import type { ToolList } from './tool-list.ts'
import { toolFailure, toolResult } from './tool-reply.ts'
import { answerSearch, isSearch } from './tool-search/answer-search.ts'
import { innerCall } from './tool-search/inner-call.ts'
import { resultReply } from './wire/era.ts'
import { legacy } from './wire/legacy.ts'
import { checkArgumentHeaders } from './wire/routing-headers.ts'

/** A message, and the plan that answers it. */
export interface McpFound extends Found {
  readonly envelope: Envelope
  /** `null` for everything but a tool call. */
  readonly call: ToolCallParams | null
  /** Where its progress goes; `null` where nobody waits for it. */
  readonly events: ProgressEvents | null
}

const ACCEPTED: HttpReply = { status: 202, headers: [], body: null }
const NO_ARGS: Readonly<Record<string, never>> = Object.freeze({})

/** `POST /mcp` as the walk sees it. */
export function mcpVerbs(parts: McpParts): Surface<EndpointRequest, McpFound, HttpReply> {
  const verbs: Omit<Surface<EndpointRequest, McpFound, HttpReply>, 'find'> = {
    decode: (request, { envelope, call, events }) => {
      const asked: AgentCall = {
        surface: 'mcp',
        args: call?.args ?? NO_ARGS,
        options: call?.options ?? NO_AGENT_OPTIONS,
        wholeAnswers: parts.maxResponseSize,
        cancels: envelope.era.cancelsByClosing,
      }
      return envelope.id === null
        ? new EndpointInbound(request, asked)
        : new McpInbound(request, asked, envelope.id, parts.running, events)
    },
    encode: ({ exchange }, { call, envelope }, state, answer) =>
      call === null
        ? discovered(parts, envelope, state)
        : toolResult(parts, envelope, exchange.rawHeaders, state, answer),
    encodeProblem: ({ arrival }, problem, found) => {
      if (found === null) return problemReply(problem, legacy, null, arrival)
      const { envelope, call, plan, events } = found
      // Of a stranger's call no tool has failed: what it is told is not for the model (FND-36).
      const hasBegun = events?.hasBegun === true
      return call === null || (arrival.state?.isUnidentified === true && !hasBegun)
        ? problemReply(problem, envelope.era, envelope.id, arrival)
        : toolFailure(parts, envelope, plan.action, problem, arrival, hasBegun)
    },
  }
  const one = async (request: EndpointRequest, envelope: Envelope) =>
    walk({ ...verbs, find: () => place(parts, request, envelope) }, request)
  const batch = async (request: EndpointRequest, body: Uint8Array) => {
    const envelopes = readBatch(body, request.exchange.rawHeaders, parts.jsonLimits)
    // As any other message that is none: told to those who are known.
    return envelopes instanceof Problem
      ? place(parts, request, { era: legacy, id: null, message: null, problem: envelopes })
      : new Ready(await runBatch(request, envelopes, parts.maxResponseSize, one))
  }
  return {
    ...verbs,
    find: (request) => {
      const { rawHeaders } = request.exchange
      const bytes = readBody(request, parts.maxBodySize, parts.app)
      const use = (
        body: Uint8Array | Problem,
      ): Awaitable<McpFound | Problem | Ready<HttpReply>> => {
        if (body instanceof Problem) return body
        return isBatch(body, rawHeaders)
          ? batch(request, body)
          : begin(request, place(parts, request, readEnvelope(body, rawHeaders, parts.jsonLimits)))
      }
      return isPromiseLike(bytes) ? bytes.then(use) : use(bytes)
    },
  }

  /**
   * A call whose client waits for its progress is walked in here, so that its answer can begin before it ends.
   * Everything else is one document, and pays nothing for it.
   */
  function begin(
    request: EndpointRequest,
    found: McpFound,
  ): Awaitable<McpFound | Ready<HttpReply>> {
    const token = found.call?.progressToken ?? null
    if (token === null || !takesEvents(request.exchange.rawHeaders)) return found
    const events = new ProgressEvents(token, parts.app.clock)
    const reply = events.answer(walk({ ...verbs, find: () => ({ ...found, events }) }, request))
    return isPromiseLike(reply) ? reply.then((late) => new Ready(late)) : new Ready(reply)
  }
}

/**
 * Everything but a tool call goes by the plan of listing: the caller is identified first, so that a
 * stranger learns neither which tools exist nor what was wrong with a message (AUTH-8, AUTH-9).
 */
function place(parts: McpParts, request: EndpointRequest, envelope: Envelope): McpFound {
  const { arrival } = request
  const { message, problem, id, era } = envelope
  if (arrival.traceSource !== null) readTrace(envelope, arrival.traceSource)
  const listing: McpFound = { plan: parts.discovery, envelope, call: null, events: null }
  if (message === null || problem !== null || id === null) return listing
  const inner = parts.searches ? innerCall(message) : null
  const called = inner ?? message
  const name = toolNameOf(called)
  const plan = name === null ? undefined : parts.plans.get(name)
  if (plan === undefined) return listing
  const repeated = parts.headers.get(plan.action.name)
  // A gateway has seen the headers of another tool: what it would route and filter by was not there to compare.
  if (inner !== null && repeated !== undefined) return listing
  arrival.action = plan.facts.name
  const call = readToolCallParams(called)
  if (call instanceof Problem) return { ...listing, envelope: { ...envelope, problem: call } }
  if (repeated === undefined) return { plan, envelope, call, events: null }
  const { rawHeaders } = request.exchange
  const mismatch = checkArgumentHeaders(repeated, call.args, rawHeaders, era.namesHeaders)
  return mismatch === null
    ? { plan, envelope, call, events: null }
    : { ...listing, envelope: { ...envelope, problem: mismatch } }
}

/** The answer to everything but a tool call, once the caller is known. */
function discovered(
  parts: McpParts,
  { message, era, id, problem }: Envelope,
  state: CallState,
): Awaitable<HttpReply | Problem> {
  if (problem !== null || message === null) return problem ?? refuse('mcp_invalid_request')
  if (id === null) {
    // In both eras: whatever stands between a client and us may pass it on, and keep the connection.
    if (message.method === 'notifications/cancelled') {
      parts.running.callOff(message.params['requestId'], state)
    }
    return ACCEPTED
  }
  if (message.method === 'tools/call') {
    const name = toolNameOf(message)
    if (parts.searches && isSearch(name)) return answerSearch(parts, era, id, message, state)
    return name === null
      ? refuse('mcp_invalid_params', { status: 200, detail: 'params.name must be text' })
      : refuse('mcp_unknown_tool')
  }
  const write = (tools: ToolList) => {
    const answer = era.answer(message, tools)
    if (answer === undefined) return refuse('mcp_method_not_found')
    return answer instanceof Problem ? answer : resultReply(id, answer)
  }
  if (message.method !== 'tools/list') return write(parts.tools)
  const visible = parts.visible(state)
  const listed = (seen: VisibleActions) =>
    write(seen === ALL_VISIBLE ? parts.tools : parts.toolsOf.of(seen))
  return isPromiseLike(visible) ? visible.then(listed) : listed(visible)
}
