import type { ProblemCode } from '../contract/problems.ts'

/** One row of the order in which every call is checked (DESIGN §3). */
export interface StageRow {
  readonly name: string
  /** Who runs it: the surface that received the call, or the engine. */
  readonly by: 'surface' | 'engine'
  readonly what: string
  /** Problems it can end the call with. */
  readonly problems: readonly ProblemCode[]
}

/**
 * The order of security, on one page. It is data: plans are compiled from it, a trace test walks
 * it, and `docs/lifecycle.md` is held equal to it. Users configure stages; they cannot move them.
 */
export const LIFECYCLE: readonly StageRow[] = [
  {
    name: 'receive',
    by: 'surface',
    what: 'request id, abort signal, deadline',
    problems: [
      'bad_request',
      'headers_too_large',
      'request_timeout',
      'unavailable',
      'body_consumed',
      'TIMEOUT',
    ],
  },
  {
    name: 'edge',
    by: 'surface',
    what: 'host, repeated or contradicting headers, announced body size',
    problems: ['INVALID_HOST', 'invalid_header', 'payload_too_large'],
  },
  {
    name: 'find',
    by: 'surface',
    what: 'the action; MCP and the remote CLI read only the routing bits, arguments stay raw',
    problems: [
      'invalid_path',
      'not_found',
      'method_not_allowed',
      'mcp_parse_error',
      'mcp_invalid_request',
      'mcp_method_not_found',
      'mcp_header_mismatch',
      'mcp_unsupported_version',
    ],
  },
  {
    name: 'browser',
    by: 'surface',
    what: 'CORS preflights, Origin of MCP requests, cross-site calls with cookies',
    problems: ['invalid_origin', 'csrf_refused'],
  },
  {
    name: 'identify',
    by: 'engine',
    what: 'the one authenticator of the surface, unless the action is public there',
    problems: ['AUTHENTICATION_ERROR'],
  },
  {
    name: 'limits',
    by: 'engine',
    what: 'rate, concurrency, lockout (a port; no stage when the app has none)',
    problems: [],
  },
  {
    name: 'guards',
    by: 'engine',
    what: 'guards that need no input: roles, scopes',
    problems: ['ACCESS_DENIED', 'AUTHENTICATION_ERROR'],
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
  },
  {
    name: 'guards-with-input',
    by: 'engine',
    what: 'guards that read the arguments: ownership, attributes',
    problems: ['ACCESS_DENIED', 'AUTHENTICATION_ERROR'],
  },
  {
    name: 'approval',
    by: 'engine',
    what: 'the hash of the bound arguments, then the approval hook; a dry run ends here',
    problems: ['approval_required', 'approval_denied'],
  },
  {
    name: 'audit-intent',
    by: 'engine',
    what: 'the audit log is told what is about to run (a port; no stage when the app has none)',
    problems: ['INTERNAL_ERROR'],
  },
  {
    name: 'execute',
    by: 'engine',
    what: 'dependencies, middleware, handler, output validation',
    problems: ['http_error', 'INTERNAL_ERROR'],
  },
  {
    name: 'settle',
    by: 'engine',
    what: 'value or problem; the unexpected is logged and masked',
    problems: ['INTERNAL_ERROR'],
  },
  {
    name: 'record',
    by: 'engine',
    what: 'dependencies closed, with the error if there was one; audit outcome; background tasks',
    problems: ['INTERNAL_ERROR'],
  },
  {
    name: 'encode',
    by: 'surface',
    what: 'the answer in the words of the surface; access log once it is sent',
    problems: ['response_too_large', 'precondition_failed', 'range_not_satisfiable'],
  },
]
