import { CALL_PATH, MANIFEST_PATH } from '../../contract/action-protocol.ts'
import type { HttpReply } from '../../contract/exchange.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import type { Endpoint, EndpointRequest } from '../../contract/surface.ts'
import { run } from '../../engine/run.ts'
import { RunningCall } from '../../engine/running-call.ts'
import { toProblem } from '../../engine/settle.ts'
import { parseMediaType } from '../../web/media-type.ts'
import { firstHeader, headerPairs } from '../../web/raw-headers.ts'
import { EndpointInbound, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'
import { readCallPayload } from './call-payload.ts'
import type { CliParts } from './cli-parts.ts'
import { actionAnswer, answerStatus, problemEnvelope, unknownAction } from './envelope.ts'

/** The two endpoints of the remote action protocol. */
export function cliEndpoints(parts: CliParts): readonly Endpoint[] {
  return [
    {
      method: 'GET',
      path: MANIFEST_PATH,
      surface: 'cli',
      handle: (request) => manifestReply(parts, request),
      renderRefusal: problemReply,
    },
    {
      method: 'POST',
      path: CALL_PATH,
      surface: 'cli',
      handle: (request) => callReply(parts, request),
      renderRefusal: problemReply,
    },
  ]
}

async function manifestReply(parts: CliParts, request: EndpointRequest): Promise<HttpReply> {
  const refusal = await identify(parts, request)
  return refusal === null
    ? jsonReply(200, parts.manifest, 'no-store')
    : problemReply(refusal, request.requestId)
}

async function callReply(parts: CliParts, request: EndpointRequest): Promise<HttpReply> {
  // A form or a text post needs no preflight: any page could run a local server's actions
  // through its visitor's browser.
  const type = parseMediaType(firstHeader(request.exchange.rawHeaders, 'content-type') ?? '')
  if (type?.essence !== 'application/json') {
    return problemReply(refuse('unsupported_media_type'), request.requestId)
  }
  let bytes: Uint8Array
  try {
    bytes = await request.exchange.readBody(parts.maxBodySize)
  } catch (error) {
    const problem = error instanceof Problem ? error : refuse('client_disconnected')
    return problemReply(problem, request.requestId)
  }
  const payload = readCallPayload(bytes)
  const plan = payload.action === null ? undefined : parts.plans.get(payload.action)
  if (plan !== undefined) request.report({ actionName: plan.action.name })
  if (plan === undefined || payload.problem !== null) {
    // Who is not authenticated learns neither what was wrong nor which actions exist.
    const refusal = await identify(parts, request)
    const problem = refusal ?? payload.problem ?? unknownAction(payload.action ?? '')
    return problemReply(problem, request.requestId)
  }
  const inbound = new EndpointInbound(request, 'cli', payload.args, payload.options)
  const call = new RunningCall(plan, inbound, 'server', request.requestId)
  const outcome = await run(call)
  try {
    const answer = await actionAnswer(call, outcome, parts.maxResponseSize)
    const headers = outcome.ok ? {} : outcome.problem.headers
    return jsonReply(answerStatus(answer), answer, 'no-store', headers)
  } catch (error) {
    return problemReply(toProblem(call, error), request.requestId)
  }
}

/** Runs the discovery plan: `null` when the caller may list. */
async function identify(parts: CliParts, request: EndpointRequest): Promise<Problem | null> {
  const inbound = new EndpointInbound(request, 'cli', {}, NO_AGENT_OPTIONS)
  const call = new RunningCall(parts.discovery, inbound, 'server', request.requestId)
  const outcome = await run(call)
  return outcome.ok ? null : outcome.problem
}

function problemReply(problem: Problem, requestId: string): HttpReply {
  const envelope = problemEnvelope(problem, requestId)
  return jsonReply(problem.status, envelope, 'no-store', problem.headers)
}

function jsonReply(
  status: number,
  document: unknown,
  cacheControl: string,
  extra?: Readonly<Record<string, string>>,
): HttpReply {
  const headers = ['content-type', 'application/json', 'cache-control', cacheControl]
  headers.push(...headerPairs(extra))
  return { status, headers, body: JSON.stringify(document) }
}
