import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { HttpReply } from '../../contract/exchange.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import type { EndpointRequest } from '../../contract/surface.ts'
import { run } from '../../engine/run.ts'
import { RunningCall } from '../../engine/running-call.ts'
import { isMcpOriginAllowed } from '../../policy/mcp-origin.ts'
import { parseMediaType } from '../../web/media-type.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import { EndpointInbound, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'
import { callTool } from './call-tool.ts'
import { type Envelope, readEnvelope } from './envelope.ts'
import type { McpParts } from './mcp-parts.ts'
import { problemReply } from './problem-reply.ts'
import { readToolCallParams, toolNameOf } from './tool-call-params.ts'
import { resultReply } from './wire/era.ts'
import { legacy } from './wire/legacy.ts'

const ACCEPTED: HttpReply = { status: 202, headers: [], body: null }

/** Answers one `POST /mcp`. Never rejects. */
export function handleMcp(parts: McpParts, request: EndpointRequest): Awaitable<HttpReply> {
  const { rawHeaders } = request.exchange
  const refused = (problem: Problem) => problemReply(problem, legacy, null, request.requestId)
  if (!isMcpOriginAllowed(firstHeader(rawHeaders, 'origin'), parts.allowedOrigins)) {
    return refused(refuse('invalid_origin'))
  }
  // A form or a text post needs no preflight: any page could send it through a visitor's browser.
  const type = parseMediaType(firstHeader(rawHeaders, 'content-type') ?? '')
  if (type?.essence !== 'application/json') return refused(refuse('unsupported_media_type'))
  const bytes = readBody(parts, request)
  const use = (body: Uint8Array | Problem) =>
    body instanceof Problem
      ? refused(body)
      : dispatch(parts, request, readEnvelope(body, rawHeaders))
  return isPromiseLike(bytes) ? bytes.then(use) : use(bytes)
}

function readBody(parts: McpParts, request: EndpointRequest): Awaitable<Uint8Array | Problem> {
  const failed = (error: unknown) =>
    error instanceof Problem ? error : refuse('client_disconnected')
  const bytes = request.exchange.readBody(parts.maxBodySize)
  return isPromiseLike(bytes) ? bytes.then(undefined, failed) : bytes
}

function dispatch(
  parts: McpParts,
  request: EndpointRequest,
  envelope: Envelope,
): Awaitable<HttpReply> {
  const { message, era, id, problem } = envelope
  if (message === null || problem !== null || id === null) return discover(parts, request, envelope)
  const name = toolNameOf(message)
  const plan = name === null ? undefined : parts.plans.get(name)
  if (plan === undefined) return discover(parts, request, envelope)
  request.report({ toolName: plan.action.name, actionName: plan.action.name })
  const params = readToolCallParams(message)
  if (params instanceof Problem) return discover(parts, request, { ...envelope, problem: params })
  return callTool(parts, request, era, id, plan, params)
}

/**
 * Everything but a tool call. The caller is identified first, so that a stranger learns neither
 * which tools exist nor what was wrong with a message (AUTH-8, AUTH-9).
 */
async function discover(
  parts: McpParts,
  request: EndpointRequest,
  { message, era, id, problem }: Envelope,
): Promise<HttpReply> {
  const inbound = new EndpointInbound(request, 'mcp', {}, NO_AGENT_OPTIONS)
  const outcome = await run(new RunningCall(parts.discovery, inbound, 'server', request.requestId))
  const refused = (refusal: Problem) => problemReply(refusal, era, id, request.requestId)
  if (!outcome.ok) return refused(outcome.problem)
  if (problem !== null || message === null) return refused(problem ?? refuse('mcp_invalid_request'))
  if (id === null) return ACCEPTED
  if (message.method === 'tools/call') {
    const named = toolNameOf(message) !== null
    return refused(
      named
        ? refuse('mcp_unknown_tool')
        : refuse('mcp_invalid_params', { status: 200, detail: 'params.name must be text' }),
    )
  }
  const answer = era.answer(message, parts.tools)
  if (answer === undefined) return refused(refuse('mcp_method_not_found'))
  return answer instanceof Problem ? refused(answer) : resultReply(id, answer)
}
