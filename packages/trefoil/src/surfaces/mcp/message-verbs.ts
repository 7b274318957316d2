import type { Awaitable } from '../../base/promise.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallState } from '../../engine/call-state.ts'
import type { Inbound } from '../../engine/inbound.ts'
import type { RawHeaders } from '../../web/raw-headers.ts'
import { type AgentCall, NO_AGENT_OPTIONS } from '../agent/endpoint-inbound.ts'
import type { Arrival } from '../arrival.ts'
import type { Found, Surface, Visit } from '../walk.ts'
import { askedReply, inWords } from './asking/asked-reply.ts'
import type { McpParts } from './mcp-parts.ts'
import type { MessageCall } from './message-call.ts'
import { Answering } from './methods/answering.ts'
import type { ActionMethod, Asked, Method } from './methods/method.ts'
import { methodOf } from './methods/method-table.ts'
import { failedCallReply, problemReply } from './problem-reply.ts'
import type { ProgressEvents } from './progress-events.ts'
import { type Envelope, readTrace } from './read-envelope.ts'
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
  /** What answers it, of a message about the app; absent for all others. */
  readonly answering?: Answering
}

const ACCEPTED: HttpReply = { status: 202, headers: [], body: null }
const NO_ARGS: Readonly<Record<string, never>> = Object.freeze({})

/** The way in by which messages come: over HTTP, or on a connection of their own. */
export interface MessageDoor<V extends Visit> {
  /** `null` where there is no HTTP. */
  headers(visit: V): RawHeaders | null
  inbound(visit: V, call: AgentCall, found: McpFound): Inbound
}

/** What the walk takes of a message that has been found, whichever way it came. */
export function messageVerbs<V extends Visit>(
  parts: McpParts,
  door: MessageDoor<V>,
): Omit<Surface<V, McpFound, HttpReply>, 'find'> {
  return {
    decode: (visit, found) => {
      const { envelope, call } = found
      const asked: AgentCall = {
        surface: 'mcp',
        args: call?.args ?? NO_ARGS,
        areTexts: call?.areTexts ?? false,
        options: call?.options ?? NO_AGENT_OPTIONS,
        wholeAnswers: parts.maxResponseSize,
        cancels: envelope.era.cancelsByClosing,
        ...(call === null ? NOTHING_ASKED : askedOf(envelope)),
      }
      return door.inbound(visit, asked, found)
    },
    encode: (visit, { method, envelope, plan, answering }, state, answer) =>
      method === null
        ? discovered(parts, envelope, state, answering ?? null)
        : method.encode({ parts, envelope, plan, headers: door.headers(visit) }, state, answer),
    encodeProblem: (visit, problem, found) => {
      const { arrival } = visit
      if (found === null) return problemReply(problem, legacy, null, arrival)
      const { envelope, method, plan, events, answering } = found
      if (answering?.hasBegun === true) {
        return failedCallReply(problem, envelope.era, envelope.id, arrival, false)
      }
      // Of a stranger's call no tool has failed: what it is told is not for the model (FND-36).
      const hasBegun = events?.hasBegun === true
      if (method === null || (arrival.state?.isUnidentified === true && !hasBegun)) {
        return problemReply(problem, envelope.era, envelope.id, arrival)
      }
      const run = { parts, envelope, plan, headers: door.headers(visit) }
      const asked = askedReply(run, problem, arrival.state, arrival)
      if (asked !== null) return asked
      return method.fail(run, inWords(problem), arrival, hasBegun)
    },
  }
}

/**
 * What runs no action of its own goes by the plan of listing: the caller is identified first, so that a
 * stranger learns neither which actions exist nor what was wrong with a message (AUTH-8, AUTH-9).
 */
export function place(
  parts: McpParts,
  arrival: Arrival,
  headers: RawHeaders | null,
  envelope: Envelope,
): McpFound {
  const { message, problem, id, era } = envelope
  if (arrival.traceSource !== null) readTrace(envelope, arrival.traceSource)
  const { discovery } = parts
  const listing: McpFound = { plan: discovery, envelope, method: null, call: null, events: null }
  if (message === null || problem !== null || id === null) return listing
  const method = methodOf(era.name, message.method)
  if (method === undefined || !isServed(method, parts)) return listing
  const target = method.kind === 'action' ? method.find(parts, message) : null
  if (method.kind !== 'action' || target === null) {
    const answering = new Answering(discovery, (state) =>
      answered(method, { parts, envelope, message, id, state }),
    )
    return { ...listing, plan: answering.plan, answering }
  }
  const { plan, headers: repeated } = target
  arrival.action = plan.facts.name
  const call = method.read(message, target)
  if (call instanceof Problem) return { ...listing, envelope: { ...envelope, problem: call } }
  // Without HTTP nobody in between goes by less than the message.
  if (repeated === null || headers === null) {
    return { plan, envelope, method, call, events: null }
  }
  const mismatch = checkArgumentHeaders(repeated, call.args, headers, era.namesHeaders)
  return mismatch === null
    ? { plan, envelope, method, call, events: null }
    : { ...listing, envelope: { ...envelope, problem: mismatch } }
}

const NOTHING_ASKED = {} as const

/** What the client of a call can be asked for, and what it has been. */
function askedOf({ era, message }: Envelope): Pick<AgentCall, 'answers' | 'capabilities'> {
  if (message === null) return NOTHING_ASKED
  return { answers: era.answers(message), capabilities: () => era.capabilities(message) }
}

/** The answer to what runs no action of its own, once the caller is known. */
function discovered(
  parts: McpParts,
  { message, id, problem }: Envelope,
  state: CallState,
  answering: Answering | null,
): HttpReply | Problem {
  if (problem !== null || message === null) return problem ?? refuse('mcp_invalid_request')
  if (id === null) {
    // In both eras: whatever stands between a client and us may pass it on, and keep the connection.
    if (message.method === 'notifications/cancelled') {
      parts.running.callOff(message.params['requestId'], state)
    }
    return ACCEPTED
  }
  const text = answering?.text ?? null
  return text === null ? refuse('mcp_method_not_found') : resultReply(id, text)
}

function answered(method: Method, asked: Asked): Awaitable<string | Problem> {
  if (method.kind === 'answer') return method.answer(asked)
  return method.instead?.(asked) ?? method.missing(asked.message)
}

function isServed({ capability }: Method, { server }: McpParts): boolean {
  return capability === null || server.capabilities[capability] !== undefined
}
