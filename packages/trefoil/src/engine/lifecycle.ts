import { guardsOn } from '../contract/call/action.ts'
import type { Guard } from '../contract/call/call.ts'
import type { ProblemCode } from '../contract/problems/problems.ts'
import type { StageMaker, StageSite } from './stage.ts'
import { admitStage } from './stages/admit.ts'
import { agentWritesStage, inTurn } from './stages/agent-writes.ts'
import { answerStage } from './stages/answer.ts'
import { answersStage } from './stages/answers.ts'
import { approvalStage } from './stages/approval.ts'
import { auditIntentStage } from './stages/audit-intent.ts'
import { bindStage } from './stages/bind.ts'
import { cachedStage, keptSinceStage } from './stages/cached.ts'
import { circuitStage } from './stages/circuit.ts'
import { executeStage } from './stages/execute.ts'
import { guardsWithInputStage, guardsWithoutInputStage } from './stages/guard.ts'
import { identifyStage } from './stages/identify.ts'
import { limitsStage } from './stages/limits.ts'
import { placesStage } from './stages/places.ts'
import { rateStage } from './stages/rate.ts'

/** Name of a stage. */
export type StageName =
  | 'receive'
  | 'edge'
  | 'preflight'
  | 'find'
  | 'browser'
  | 'admit'
  | 'identify'
  | 'limits'
  | 'guards'
  | 'bind'
  | 'guards-with-input'
  | 'approval'
  | 'audit-intent'
  | 'cached'
  | 'execute'
  | 'answer'
  | 'settle'
  | 'close'
  | 'encode'
  | 'record'

/** One row of the order in which every call is checked (DESIGN §3). */
export interface StageRow {
  readonly name: StageName
  /** Who runs it: the surface that received the call, the walk all of them take, or the engine. */
  readonly by: 'surface' | 'walk' | 'engine'
  readonly what: string
  /** Problems it can end the call with. */
  readonly problems: readonly ProblemCode[]
  /** Makes the stage for one action; `null` for rows that are no check of an action. */
  readonly compile: StageMaker | null
}

/**
 * The order of security, on one page, and the code that runs by it: plans are compiled from these
 * rows, a test walks them, and `docs/lifecycle.md` is written from them. Users configure stages;
 * they cannot move them.
 */
const ROWS: readonly StageRow[] = [
  {
    name: 'receive',
    by: 'surface',
    what: 'ids, abort signal; the deadline begins',
    problems: [
      'bad_request',
      'headers_too_large',
      'http_version_not_supported',
      'request_timeout',
      'body_consumed',
      'TIMEOUT',
    ],
    compile: null,
  },
  {
    name: 'edge',
    by: 'surface',
    what: 'host, repeated or contradicting headers, announced body size; then load',
    problems: ['INVALID_HOST', 'invalid_header', 'payload_too_large', 'unavailable'],
    compile: null,
  },
  {
    name: 'preflight',
    by: 'surface',
    what: 'CORS preflights are answered, by the path alone',
    problems: ['invalid_path'],
    compile: null,
  },
  {
    name: 'find',
    by: 'surface',
    what: 'the action; MCP and the remote CLI read only the routing bits, arguments stay raw',
    problems: [
      'not_found',
      'method_not_allowed',
      'unsupported_media_type',
      'mcp_parse_error',
      'mcp_invalid_request',
      'mcp_method_not_found',
      'mcp_header_mismatch',
      'mcp_unsupported_version',
    ],
    compile: null,
  },
  {
    name: 'browser',
    by: 'surface',
    // MCP's own rule comes first, and before the message: a page that may not ask is not read.
    what: 'Origin of MCP requests (before `find` reads the message), then cross-site calls that a browser authenticates',
    problems: ['invalid_origin', 'csrf_refused'],
    compile: null,
  },
  {
    name: 'admit',
    by: 'engine',
    what: 'rates by address; what a part limits by what a stranger shows (no stage where there is neither)',
    problems: ['RATE_LIMIT_EXCEEDED', 'limits_unavailable'],
    compile: (site) =>
      inTurn(keptSinceStage(site), inTurn(rateStage(site, 'admit'), admitStage(site.app.admit))),
  },
  {
    name: 'identify',
    by: 'engine',
    what: 'the one authenticator of the surface, unless the action is public there',
    problems: ['AUTHENTICATION_ERROR', 'authenticator_unavailable'],
    compile: ({ action, surface, app }) =>
      identifyStage(action, app.auth[surface], surface, surface === 'mcp' ? app.mcpResource : null),
  },
  {
    name: 'limits',
    by: 'engine',
    // Places last: a caller over their rate must hold none while a limiter is waited for.
    what: 'the other rates, then concurrency, by who is calling (no stage where there is neither)',
    problems: ['RATE_LIMIT_EXCEEDED', 'limits_unavailable', 'CONCURRENCY_LIMIT_EXCEEDED'],
    compile: (site) =>
      inTurn(inTurn(rateStage(site, 'limits'), limitsStage(site.app.limits)), placesStage(site)),
  },
  {
    name: 'guards',
    by: 'engine',
    what: 'guards that need no input: roles, scopes; what agents may not change at all',
    problems: ['ACCESS_DENIED', 'AUTHENTICATION_ERROR'],
    compile: (site) => inTurn(guardsWithoutInputStage(guardsAt(site)), agentWritesStage(site)),
  },
  {
    name: 'bind',
    by: 'engine',
    what: 'the body is read for the first time, arguments are decoded, validated and frozen',
    problems: [
      'VALIDATION_ERROR',
      'invalid_json',
      'unsupported_media_type',
      'payload_too_large',
      'form_too_many_parts',
      'form_field_too_large',
      'form_file_too_large',
      'client_disconnected',
    ],
    compile: ({ action }) => bindStage(action),
  },
  {
    name: 'guards-with-input',
    by: 'engine',
    what: 'guards that read the arguments: ownership, attributes',
    problems: ['ACCESS_DENIED', 'AUTHENTICATION_ERROR', 'http_error'],
    compile: (site) => guardsWithInputStage(guardsAt(site)),
  },
  {
    name: 'approval',
    by: 'engine',
    what: 'the circuit breaker; answers to what was asked; what the caller needs; the hash of the bound arguments, then who approves; a dry run ends here',
    problems: [
      'CIRCUIT_OPEN',
      'invalid_request_state',
      'invalid_answers',
      'approval_required',
      'approval_denied',
    ],
    compile: (site) => inTurn(circuitStage(site), inTurn(answersStage(site), approvalStage(site))),
  },
  {
    name: 'audit-intent',
    by: 'engine',
    what: 'the audit log is told what is about to run (a port; no stage when the app has none)',
    problems: ['INTERNAL_ERROR', 'audit_failed'],
    compile: ({ app }) => auditIntentStage(app.audit),
  },
  {
    name: 'cached',
    by: 'engine',
    what: 'an answer that was kept is given again, and the next two rows are left out (no stage without the option `cache`)',
    problems: [],
    compile: cachedStage,
  },
  {
    name: 'execute',
    by: 'engine',
    what: 'dependencies, middleware, handler',
    problems: [
      'http_error',
      'input_required',
      'capability_missing',
      'transaction_conflict',
      'INTERNAL_ERROR',
    ],
    compile: ({ action }) => executeStage(action),
  },
  {
    name: 'answer',
    by: 'engine',
    what: 'output validation and the making of the text, bytes or stream, in one step',
    problems: ['INTERNAL_ERROR', 'response_too_large'],
    compile: ({ action }) => answerStage(action),
  },
  {
    name: 'settle',
    by: 'engine',
    what: 'answer, problem or dry run; error handlers; the unexpected is logged and masked',
    problems: ['INTERNAL_ERROR'],
    compile: null,
  },
  {
    name: 'close',
    by: 'engine',
    what: 'audit outcome, then dependencies, newest first, with the error if there was one, then audit logs of their own; what fails here throws the answer away',
    problems: ['INTERNAL_ERROR', 'audit_failed'],
    compile: null,
  },
  {
    name: 'encode',
    by: 'walk',
    what: 'the answer in the words of the surface',
    problems: ['response_too_large', 'precondition_failed', 'range_not_satisfiable'],
    compile: null,
  },
  {
    name: 'record',
    by: 'walk',
    what: 'one record of the call, when the answer is complete; background work',
    problems: [],
    compile: null,
  },
]

function guardsAt({ action, surface }: StageSite): readonly Guard[] {
  return guardsOn(action, surface)
}

export const LIFECYCLE: readonly StageRow[] = Object.freeze(ROWS.map((row) => Object.freeze(row)))
