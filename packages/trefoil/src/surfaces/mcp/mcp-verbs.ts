import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import { Problem } from '../../contract/problems/problem.ts'
import { EndpointInbound } from '../agent/endpoint-inbound.ts'
import { readBody } from '../agent/read-body.ts'
import type { EndpointRequest } from '../endpoint.ts'
import { Ready, type Surface, walk } from '../walk.ts'
import { isBatch, readBatch, runBatch } from './batch.ts'
import { McpInbound } from './mcp-inbound.ts'
import type { McpParts } from './mcp-parts.ts'
import { type McpFound, messageVerbs, place } from './message-verbs.ts'
import { ProgressEvents } from './progress-events.ts'
import { type Envelope, readEnvelope } from './read-envelope.ts'
import { takesEvents } from './takes-events.ts'
import { legacy } from './wire/legacy.ts'

/** `POST /mcp` as the walk sees it. */
export function mcpVerbs(parts: McpParts): Surface<EndpointRequest, McpFound, HttpReply> {
  const verbs = messageVerbs<EndpointRequest>(parts, {
    headers: ({ exchange }) => exchange.rawHeaders,
    inbound: (request, asked, { envelope, events }) =>
      envelope.id === null
        ? new EndpointInbound(request, asked)
        : new McpInbound(request, asked, envelope.id, parts.running, events),
  })
  const placed = (request: EndpointRequest, envelope: Envelope) =>
    place(parts, request.arrival, request.exchange.rawHeaders, envelope)
  const one = async (request: EndpointRequest, envelope: Envelope) =>
    walk({ ...verbs, find: () => placed(request, envelope) }, request)
  const batch = async (request: EndpointRequest, body: Uint8Array) => {
    const envelopes = readBatch(body, request.exchange.rawHeaders, parts.jsonLimits)
    // As any other message that is none: told to those who are known.
    return envelopes instanceof Problem
      ? placed(request, { era: legacy, id: null, message: null, problem: envelopes })
      : new Ready(await runBatch(request, envelopes, parts.maxResponseSize, one))
  }
  return {
    ...verbs,
    find: (request) => {
      const { rawHeaders } = request.exchange
      return readBody<McpFound | Problem | Ready<HttpReply>>(
        request,
        parts.maxBodySize,
        parts.app,
        (body) => {
          if (body instanceof Problem) return body
          return isBatch(body, rawHeaders)
            ? batch(request, body)
            : begin(request, placed(request, readEnvelope(body, rawHeaders, parts.jsonLimits)))
        },
      )
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
