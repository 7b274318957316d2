import { deeper } from '../../base/json/strict-json.ts'
import { isPromiseLike } from '../../base/promise.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import { OF_PEOPLE } from '../../contract/ask/capability.ts'
import { Problem } from '../../contract/problems/problem.ts'
import { CALL_PATH, MANIFEST_PATH } from '../../contract/protocol/paths.ts'
import type { ProblemIds } from '../../engine/call-ids.ts'
import { EndpointInbound, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'
import { jsonReply } from '../agent/json-reply.ts'
import { readBody } from '../agent/read-body.ts'
import type { Endpoint, EndpointRequest } from '../endpoint.ts'
import { type Found, type Surface, walk } from '../walk.ts'
import { actionAnswer, answerStatus, envelopeOf, unknownAction } from './action-answer.ts'
import { type CallPayload, LEVELS_AROUND, readCallPayload } from './call-payload.ts'
import type { CliParts } from './cli-parts.ts'
import { manifestFor } from './manifest.ts'

/** The two endpoints of the remote action protocol. */
export function cliEndpoints(parts: CliParts): readonly Endpoint[] {
  const manifest = manifestVerbs(parts)
  const call = callVerbs(parts)
  return [
    {
      method: 'GET',
      path: MANIFEST_PATH,
      surface: 'cli',
      handle: (request) => walk(manifest, request),
      renderRefusal: refusalReply,
    },
    {
      method: 'POST',
      path: CALL_PATH,
      surface: 'cli',
      handle: (request) => walk(call, request),
      renderRefusal: refusalReply,
    },
  ]
}

function manifestVerbs(parts: CliParts): Surface<EndpointRequest, Found, HttpReply> {
  return {
    find: () => ({ plan: parts.discovery }),
    decode: (request) => inboundOf(parts, request, null),
    encode: (_request, _found, state) => {
      const manifest = manifestFor(parts, state)
      return isPromiseLike(manifest)
        ? manifest.then((late) => jsonReply(200, late))
        : jsonReply(200, manifest)
    },
    encodeProblem: ({ arrival }, problem) => refusalReply(problem, arrival),
  }
}

interface FoundCall extends Found {
  readonly payload: CallPayload
  /** What is wrong with it, for those who may know. */
  readonly pending: Problem | null
}

function callVerbs(parts: CliParts): Surface<EndpointRequest, FoundCall, HttpReply> {
  const limits = deeper(parts.jsonLimits, LEVELS_AROUND)
  const place = (request: EndpointRequest, bytes: Uint8Array): FoundCall => {
    const payload = readCallPayload(bytes, limits)
    const plan = payload.action === null ? undefined : parts.plans.get(payload.action)
    if (plan !== undefined) request.arrival.action = plan.facts.name
    if (plan !== undefined && payload.problem === null) return { plan, payload, pending: null }
    // Who is not authenticated learns neither what was wrong nor which actions exist.
    const pending = payload.problem ?? unknownAction(payload.action ?? '')
    return { plan: parts.discovery, payload, pending }
  }
  return {
    find: (request) =>
      readBody(request, parts.maxBodySize, parts.app, (body) =>
        body instanceof Problem ? body : place(request, body),
      ),
    decode: (request, { payload, pending }) =>
      inboundOf(parts, request, pending === null ? payload : null),
    encode: (_request, { pending }, state, answer) => {
      if (pending !== null) return pending
      const made = actionAnswer(state, answer, parts.maxResponseSize)
      return made instanceof Problem ? made : jsonReply(answerStatus(made), made)
    },
    encodeProblem: ({ arrival }, problem) => refusalReply(problem, arrival),
  }
}

const NO_ARGS: Readonly<Record<string, never>> = Object.freeze({})

function inboundOf(
  parts: CliParts,
  request: EndpointRequest,
  payload: CallPayload | null,
): EndpointInbound {
  return new EndpointInbound(request, {
    surface: 'cli',
    args: payload?.args ?? NO_ARGS,
    texts: payload?.texts,
    options: payload?.options ?? NO_AGENT_OPTIONS,
    wholeAnswers: parts.maxResponseSize,
    cancels: false,
    capabilities: () => OF_PEOPLE,
    answers: payload?.answers ?? null,
  })
}

function refusalReply(problem: Problem, ids: ProblemIds): HttpReply {
  const envelope = envelopeOf(problem, ids)
  return jsonReply(problem.status, envelope, problem.headers)
}
