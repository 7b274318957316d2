import type { LocalCredentials } from '../../contract/call/app-handle.ts'
import type { Progress } from '../../contract/content/progress.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'
import type {
  ActionAnswer,
  ActionCallRequest,
  ActionTarget,
  Manifest,
  ProblemEnvelope,
} from '../../contract/protocol/action-protocol.ts'
import { checkCallRequest } from '../../contract/protocol/check-call-request.ts'
import { CALL_PATH, MANIFEST_PATH } from '../../contract/protocol/paths.ts'
import { toJson } from '../../engine/answer/json-text.ts'
import { tellSafely } from '../../record/write-safely.ts'
import { NearInbound } from '../agent/near-inbound.ts'
import { type Found, type Surface, type Visit, walk } from '../walk.ts'
import { actionAnswer, envelopeOf, unknownAction } from './action-answer.ts'
import type { CliParts } from './cli-parts.ts'
import { arriveLocally } from './local-arrival.ts'
import { manifestFor } from './manifest.ts'
import { sentHeaders } from './sent-headers.ts'

/** Actions called in this process: the same plans and envelopes as over the network. */
export function createLocalActions(parts: CliParts, credentials: LocalCredentials): ActionTarget {
  const headers = sentHeaders(credentials)
  const { signal, onProgress } = credentials
  const caller = { headers, signal, onProgress }
  const manifest = manifestVerbs(parts)
  const call = callVerbs(parts)
  return {
    jsonLimits: parts.jsonLimits,
    manifest: async () => {
      const visit = arrive(parts, caller, 'GET', MANIFEST_PATH, { action: '' })
      return ended(parts, visit, await walk(manifest, visit))
    },
    call: async (request) => {
      checkCallRequest(request)
      const visit = arrive(parts, caller, 'POST', CALL_PATH, request)
      return ended(parts, visit, await walk(call, visit))
    },
  }
}

/** The person at this terminal. */
interface LocalCaller {
  readonly headers: readonly string[]
  readonly signal: AbortSignal | undefined
  readonly onProgress: LocalCredentials['onProgress']
}

/** A call by the person at this terminal. */
interface LocalVisit extends Visit {
  readonly inbound: NearInbound
  readonly request: ActionCallRequest
}

function arrive(
  parts: CliParts,
  credentials: LocalCaller,
  method: string,
  path: string,
  request: ActionCallRequest,
): LocalVisit {
  const receivedAt = parts.recorder.now()
  const arrival = arriveLocally(parts, credentials.headers, receivedAt)
  const inbound = inboundOf(method, path, credentials, request, receivedAt, parts)
  return { arrival, inbound, request }
}

/** The answer is complete as soon as it is there. */
function ended<Answer extends ActionAnswer | Manifest | ProblemEnvelope>(
  { recorder }: CliParts,
  { arrival, inbound }: LocalVisit,
  answer: Answer,
): Answer {
  inbound.done()
  if (!recorder.wants(arrival, false)) return answer
  const status = 'status_code' in answer ? answer.status_code : 200
  const bytes = new TextEncoder().encode(JSON.stringify(answer)).byteLength
  const sent = { outcome: 'ok', bytes } as const
  recorder.record(arrival, { client: inbound.client, http: null, status }, sent)
  return answer
}

function manifestVerbs(parts: CliParts): Surface<LocalVisit, Found, Manifest | ProblemEnvelope> {
  return {
    find: () => ({ plan: parts.discovery }),
    decode: ({ inbound }) => inbound,
    encode: (_visit, _found, state) => manifestFor(parts, state),
    encodeProblem: (visit, problem) => envelope(problem, visit),
  }
}

interface FoundCall extends Found {
  /** What is wrong with it, for those who may know. */
  readonly pending: Problem | null
}

function callVerbs(parts: CliParts): Surface<LocalVisit, FoundCall, ActionAnswer> {
  return {
    find: ({ request, arrival }) => {
      // A hook never sees a blank token, whichever way it came (RPC-4).
      const isBlank = request.approval_token?.trim() === ''
      const plan = parts.plans.get(request.action)
      if (plan !== undefined) arrival.action = plan.facts.name
      if (plan !== undefined && !isBlank) return { plan, pending: null }
      const pending = isBlank ? refuse('invalid_approval') : unknownAction(request.action)
      return { plan: parts.discovery, pending }
    },
    decode: ({ inbound }) => inbound,
    encode: (_visit, { pending }, state, answer) =>
      pending ?? actionAnswer(state, answer, parts.maxResponseSize),
    encodeProblem: (visit, problem) => envelope(problem, visit),
  }
}

/** Looked at as if it were sent: what has no JSON form is refused here as it is there (FND-5). */
function envelope(problem: Problem, { arrival }: LocalVisit): ProblemEnvelope {
  const made = envelopeOf(problem, arrival)
  toJson(made)
  return made
}

function inboundOf(
  method: string,
  path: string,
  { headers, signal, onProgress }: LocalCaller,
  request: ActionCallRequest,
  receivedAt: number,
  { maxResponseSize }: CliParts,
): NearInbound {
  const report =
    onProgress === undefined ? null : (progress: Progress) => tellSafely(() => onProgress(progress))
  const options = {
    approvalToken: request.approval_token ?? null,
    dryRun: request.dry_run ?? false,
  }
  return new NearInbound(
    { headers, signal },
    { method, path, receivedAt },
    {
      surface: 'cli',
      args: request.arguments ?? {},
      texts: request.texts,
      options,
      wholeAnswers: maxResponseSize,
      // Who interrupts the program wants it to stop.
      cancels: true,
    },
    report,
  )
}
