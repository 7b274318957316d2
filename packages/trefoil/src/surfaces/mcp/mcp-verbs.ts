import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallState } from '../../engine/call-state.ts'
import { type AgentCall, EndpointInbound, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'
import { readBody } from '../agent/read-body.ts'
import type { EndpointRequest } from '../endpoint.ts'
import { type Found, Ready, type Surface, walk } from '../walk.ts'
import { isBatch, readBatch, runBatch } from './batch.ts'
import { McpInbound } from './mcp-inbound.ts'
import type { McpParts } from './mcp-parts.ts'
import type { RpcId } from './message.ts'
import type { MessageCall } from './message-call.ts'
import type { ActionMethod, Method } from './methods/method.ts'
import { methodOf } from './methods/method-table.ts'
import { problemReply } from './problem-reply.ts'
import { ProgressEvents } from './progress-events.ts'
import { type Envelope, readEnvelope, readTrace } from './read-envelope.ts'
import { takesEvents } from './takes-events.ts'
import { resultReply } from './wire/era.ts'
import { legacy } from './wire/legacy.ts'
import { checkArgumentHeaders } from './wire/routing-headers.ts'

/** A message, and the plan that answers it. */
export interface McpFound extends Found {
  readonly envelope: Envelope
  /** What writes the call; `null` for what runs no action of its own. */
  readonly method: ActionMethod | null
  /** `null` with it. */
  readonly call: MessageCall | null
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
        areTexts: call?.areTexts ?? false,
        options: call?.options ?? NO_AGENT_OPTIONS,
        wholeAnswers: parts.maxResponseSize,
        cancels: envelope.era.cancelsByClosing,
      }
      return envelope.id === null
        ? new EndpointInbound(request, asked)
        : new McpInbound(request, asked, envelope.id, parts.running, events)
    },
    encode: ({ exchange }, { method, envelope, plan }, state, answer) =>
      method === null
        ? discovered(parts, envelope, state)
        : method.encode({ parts, envelope, plan, headers: exchange.rawHeaders }, state, answer),
    encodeProblem: ({ arrival, exchange }, problem, found) => {
      if (found === null) return problemReply(problem, legacy, null, arrival)
      const { envelope, method, plan, events } = found
      // Of a stranger's call no tool has failed: what it is told is not for the model (FND-36).
      const hasBegun = events?.hasBegun === true
      if (method === null || (arrival.state?.isUnidentified === true && !hasBegun)) {
        return problemReply(problem, envelope.era, envelope.id, arrival)
      }
      const run = { parts, envelope, plan, headers: exchange.rawHeaders }
      return method.fail(run, problem, arrival, hasBegun)
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
 * What runs no action of its own goes by the plan of listing: the caller is identified first, so that a
 * stranger learns neither which actions exist nor what was wrong with a message (AUTH-8, AUTH-9).
 */
function place(parts: McpParts, request: EndpointRequest, envelope: Envelope): McpFound {
  const { arrival } = request
  const { message, problem, id, era } = envelope
  if (arrival.traceSource !== null) readTrace(envelope, arrival.traceSource)
  const { discovery } = parts
  const listing: McpFound = { plan: discovery, envelope, method: null, call: null, events: null }
  if (message === null || problem !== null || id === null) return listing
  const method = methodOf(era.name, message.method)
  const target = method?.kind === 'action' ? method.find(parts, message) : null
  if (method?.kind !== 'action' || target === null) return listing
  const { plan, headers } = target
  arrival.action = plan.facts.name
  const call = method.read(message, target)
  if (call instanceof Problem) return { ...listing, envelope: { ...envelope, problem: call } }
  if (headers === null) return { plan, envelope, method, call, events: null }
  const { rawHeaders } = request.exchange
  const mismatch = checkArgumentHeaders(headers, call.args, rawHeaders, era.namesHeaders)
  return mismatch === null
    ? { plan, envelope, method, call, events: null }
    : { ...listing, envelope: { ...envelope, problem: mismatch } }
}

/** The answer to what runs no action of its own, once the caller is known. */
function discovered(
  parts: McpParts,
  envelope: Envelope,
  state: CallState,
): Awaitable<HttpReply | Problem> {
  const { message, era, id, problem } = envelope
  if (problem !== null || message === null) return problem ?? refuse('mcp_invalid_request')
  if (id === null) {
    // In both eras: whatever stands between a client and us may pass it on, and keep the connection.
    if (message.method === 'notifications/cancelled') {
      parts.running.callOff(message.params['requestId'], state)
    }
    return ACCEPTED
  }
  const method = methodOf(era.name, message.method)
  if (method === undefined || !isServed(method, parts)) return refuse('mcp_method_not_found')
  const asked = { parts, envelope, message, id, state }
  if (method.kind === 'action') {
    const answer = method.instead?.(asked) ?? method.missing(message)
    return isPromiseLike(answer) ? answer.then((late) => written(id, late)) : written(id, answer)
  }
  const answer = method.answer(asked)
  return isPromiseLike(answer) ? answer.then((late) => written(id, late)) : written(id, answer)
}

function isServed({ capability }: Method, { server }: McpParts): boolean {
  return capability === null || server.capabilities[capability] !== undefined
}

function written(id: RpcId, answer: string | Problem): HttpReply | Problem {
  return answer instanceof Problem ? answer : resultReply(id, answer)
}
