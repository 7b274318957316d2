import { deepFreeze } from '../../base/plain/freeze.ts'
import { ASKING_PROBLEMS, type AskingProblemCode } from './asking-problems.ts'
import type { ProblemRow } from './problem-row.ts'
import { PROGRAM_PROBLEMS, type ProgramProblemCode } from './program-problems.ts'

/** A code of the table. */
export type ProblemCode =
  | AskingProblemCode
  | ProgramProblemCode
  | 'AUTHENTICATION_ERROR'
  | 'ACCESS_DENIED'
  | 'approval_required'
  | 'approval_denied'
  | 'transaction_conflict'
  | 'VALIDATION_ERROR'
  | 'http_error'
  | 'not_found'
  | 'method_not_allowed'
  | 'unsupported_media_type'
  | 'INVALID_HOST'
  | 'invalid_header'
  | 'invalid_path'
  | 'bad_request'
  | 'invalid_origin'
  | 'csrf_refused'
  | 'precondition_failed'
  | 'precondition_required'
  | 'range_not_satisfiable'
  | 'payload_too_large'
  | 'form_too_many_parts'
  | 'form_field_too_large'
  | 'form_file_too_large'
  | 'headers_too_large'
  | 'http_version_not_supported'
  | 'request_timeout'
  | 'client_disconnected'
  | 'body_consumed'
  | 'unavailable'
  | 'authenticator_unavailable'
  | 'RATE_LIMIT_EXCEEDED'
  | 'limits_unavailable'
  | 'audit_failed'
  | 'TIMEOUT'
  | 'CONCURRENCY_LIMIT_EXCEEDED'
  | 'CIRCUIT_OPEN'
  | 'response_too_large'
  | 'INTERNAL_ERROR'
  | 'invalid_json'
  | 'invalid_request'
  | 'invalid_action'
  | 'invalid_arguments'
  | 'invalid_dry_run'
  | 'invalid_approval'
  | 'unknown_action'
  | 'mcp_parse_error'
  | 'mcp_invalid_request'
  | 'mcp_method_not_found'
  | 'mcp_invalid_params'
  | 'mcp_unknown_tool'
  | 'mcp_unknown_resource'
  | 'mcp_unknown_prompt'
  | 'mcp_header_mismatch'
  | 'mcp_unsupported_version'

const RPC = {
  parse: -32700,
  request: -32600,
  method: -32601,
  params: -32602,
  internal: -32603,
} as const

// Exported: with a row that could be changed, any handler could turn every 401 into a 200.
/**
 * The built-in table of problems, by code: every expected failure, one row each. Frozen at every
 * depth. `docs/problems.md` is held equal to this table by a test. Codes are never reused; a code that
 * one of the source systems fixed keeps its spelling there, every other is snake_case (decisions/0004).
 */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemRow>> = deepFreeze({
  // Who is calling, and may it happen
  AUTHENTICATION_ERROR: {
    status: 401,
    mcp: 'http',
    exit: 1,
    text: 'Unauthorized',
    fix: 'Send a valid credential for this surface, for example `Authorization: Bearer <token>`.',
  },
  ACCESS_DENIED: {
    status: 403,
    mcp: 'tool',
    exit: 1,
    text: 'Forbidden',
    fix: 'Call as a principal that has the named role or scope.',
  },
  approval_required: {
    status: 409,
    mcp: 'tool',
    exit: 75,
    text: 'Approval required',
    fix: 'Have `arguments_hash` approved and repeat the same call with the approval token.',
  },
  approval_denied: {
    status: 403,
    mcp: 'tool',
    exit: 1,
    text: 'Approval denied',
    fix: 'Do not retry. A token approves one action with exactly one set of arguments.',
  },
  // What it asks for while it runs
  ...ASKING_PROBLEMS,
  // What was asked
  VALIDATION_ERROR: {
    status: 400,
    mcp: 'tool',
    exit: 1,
    text: 'Invalid arguments',
    fix: 'Correct every argument listed under `issues` and repeat the call.',
  },
  http_error: {
    status: 500,
    mcp: 'tool',
    exit: 1,
    text: 'Internal Server Error',
    fix: 'The application answered with this on purpose; its text says why.',
  },
  not_found: {
    status: 404,
    mcp: 'http',
    exit: 1,
    text: 'Not found',
    fix: 'Check the path against `GET /openapi.json`.',
  },
  method_not_allowed: {
    status: 405,
    mcp: 'http',
    exit: 1,
    text: 'Method Not Allowed',
    fix: 'Use one of the methods in the `Allow` header.',
  },
  unsupported_media_type: {
    status: 415,
    mcp: 'http',
    exit: 1,
    text: 'Unsupported Media Type',
    fix: 'Send a content type this route reads, such as `application/json`.',
  },
  // The edge
  INVALID_HOST: {
    status: 400,
    mcp: 'http',
    exit: 1,
    text: 'Invalid Host header',
    fix: 'Use a host name listed in `edge.hosts`; without that option only local names are accepted.',
  },
  invalid_header: {
    status: 400,
    mcp: 'http',
    exit: 1,
    text: 'Invalid request header',
    fix: 'Send the named header once, with a well-formed value.',
  },
  invalid_path: {
    status: 400,
    mcp: 'http',
    exit: 1,
    text: 'Malformed request path',
    fix: 'Send the path alone, from its first slash on, percent-encoded as UTF-8.',
  },
  bad_request: {
    status: 400,
    mcp: 'http',
    exit: 1,
    text: 'Bad Request',
    fix: 'Send a well-formed HTTP/1.1 request.',
  },
  invalid_origin: {
    status: 403,
    mcp: 'http',
    exit: 1,
    text: 'Invalid MCP Origin',
    fix: 'Add the origin to `mcp.allowedOrigins`, or call from a program that sends no Origin.',
  },
  csrf_refused: {
    status: 403,
    mcp: 'http',
    exit: 1,
    text: 'Cross-site request refused',
    fix: 'Call from a page of this origin, or add the origin to `browser.csrf.trustedOrigins`.',
  },
  precondition_failed: {
    status: 412,
    mcp: 'tool',
    exit: 1,
    text: 'Precondition failed',
    fix: 'Read the resource again and repeat the change with its current `ETag` in `If-Match`.',
  },
  precondition_required: {
    status: 428,
    mcp: 'tool',
    exit: 1,
    text: 'Precondition required',
    fix: 'Send `If-Match` with the `ETag` of the state the change was decided on.',
  },
  range_not_satisfiable: {
    status: 416,
    mcp: 'tool',
    exit: 1,
    text: 'Range not satisfiable',
    fix: 'Ask for bytes below the length in `Content-Range`.',
  },
  payload_too_large: {
    status: 413,
    mcp: 'http',
    exit: 1,
    text: 'Payload Too Large',
    fix: 'Send less, or raise `limits.body`.',
  },
  form_too_many_parts: {
    status: 413,
    mcp: 'tool',
    exit: 1,
    text: 'The form has too many parts',
    fix: 'Send fewer fields and files, or raise `limits.formParts`.',
  },
  form_field_too_large: {
    status: 413,
    mcp: 'tool',
    exit: 1,
    text: 'A form field is too large',
    fix: 'Send less in one field, send it as a file, or raise `limits.formField`.',
  },
  form_file_too_large: {
    status: 413,
    mcp: 'tool',
    exit: 1,
    text: 'A file is too large',
    fix: 'Send a smaller file, or raise `limits.file`.',
  },
  headers_too_large: {
    status: 431,
    mcp: 'http',
    exit: 1,
    text: 'Request Header Fields Too Large',
    fix: 'Send fewer or shorter headers.',
  },
  http_version_not_supported: {
    status: 505,
    mcp: 'http',
    exit: 1,
    text: 'HTTP Version Not Supported',
    fix: 'Send HTTP/1.1 or HTTP/1.0; HTTP/2 needs TLS.',
  },
  request_timeout: {
    status: 408,
    mcp: 'http',
    exit: 1,
    text: 'Request Timeout',
    fix: 'Send the whole request within the time limit.',
  },
  client_disconnected: {
    status: 400,
    mcp: 'http',
    exit: 1,
    text: 'Client disconnected before the answer was complete',
    fix: 'Keep the connection open until the answer arrives.',
  },
  body_consumed: {
    status: 500,
    mcp: 'http',
    exit: 1,
    text: 'The request body was already read by the server around this app',
    fix: "Mount the app before the host framework's body parsers, or switch them off on its path.",
  },
  unavailable: {
    status: 503,
    mcp: 'http',
    exit: 1,
    text: 'Service Unavailable',
    fix: 'Repeat the call after the time in `Retry-After`.',
  },
  authenticator_unavailable: {
    status: 503,
    mcp: 'http',
    exit: 1,
    text: 'Who is calling cannot be found out at the moment',
    fix: 'Keep the credential, and repeat the call after the time in `Retry-After`.',
  },
  RATE_LIMIT_EXCEEDED: {
    status: 429,
    mcp: 'tool',
    exit: 1,
    text: 'Rate limit exceeded',
    fix: 'Wait for the time in `retry_after_seconds` before retrying.',
  },
  limits_unavailable: {
    status: 503,
    mcp: 'http',
    exit: 1,
    text: 'How often this was called cannot be found out at the moment',
    fix: 'Repeat the call after the time in `Retry-After`.',
  },
  audit_failed: {
    status: 503,
    mcp: RPC.internal,
    exit: 1,
    text: 'Audit hook failed',
    fix: 'Nothing was done unless `done` is true; repeat the call when the audit log can be written again.',
  },
  transaction_conflict: {
    status: 409,
    mcp: 'tool',
    exit: 1,
    text: 'Another call changed the same at the same time',
    fix: 'Repeat the call; nothing was done.',
  },
  TIMEOUT: {
    status: 504,
    mcp: 'tool',
    exit: 1,
    text: 'The action took too long',
    fix: 'Repeat the call later, or raise `timeout` on the action.',
  },
  CONCURRENCY_LIMIT_EXCEEDED: {
    status: 503,
    mcp: 'tool',
    exit: 1,
    text: 'Too many calls run at the same time',
    fix: 'Repeat the call when others have ended; over HTTP, after the time in `Retry-After`.',
  },
  CIRCUIT_OPEN: {
    status: 503,
    mcp: 'tool',
    exit: 1,
    text: 'The action has failed repeatedly and is not tried for now',
    fix: 'Repeat the call after `retry_after_seconds`.',
  },
  response_too_large: {
    status: 502,
    mcp: 'tool',
    exit: 1,
    text: 'Response too large',
    fix: 'Ask for less, for example with a smaller `limit`.',
  },
  INTERNAL_ERROR: {
    status: 500,
    mcp: 'tool',
    exit: 1,
    text: 'Internal Server Error',
    fix: 'Quote the request id to the operator; the cause is in the server log.',
  },
  // The remote action protocol
  invalid_json: {
    status: 400,
    mcp: RPC.parse,
    exit: 1,
    text: 'Malformed JSON body',
    fix: 'Send one valid JSON document; the text says what is wrong with this one.',
  },
  invalid_request: {
    status: 400,
    mcp: RPC.request,
    exit: 2,
    text: 'Invalid request',
    fix: 'Send a JSON object with `action` and `arguments`.',
  },
  invalid_action: {
    status: 400,
    mcp: RPC.params,
    exit: 2,
    text: 'Invalid action',
    fix: '`action` is the name of an action, as text.',
  },
  invalid_arguments: {
    status: 400,
    mcp: RPC.params,
    exit: 2,
    text: 'Invalid arguments',
    fix: '`arguments` is a JSON object keyed by argument name.',
  },
  invalid_dry_run: {
    status: 400,
    mcp: RPC.params,
    exit: 2,
    text: 'Invalid dry_run',
    fix: '`dry_run` is true or false.',
  },
  invalid_approval: {
    status: 400,
    mcp: RPC.params,
    exit: 2,
    text: 'Invalid approval token',
    fix: 'The approval token is text and not blank.',
  },
  unknown_action: {
    status: 404,
    mcp: RPC.params,
    exit: 2,
    text: 'Unknown action',
    fix: 'List the actions with `trefoil actions list`.',
  },
  // The MCP envelope
  mcp_parse_error: {
    status: 400,
    mcp: RPC.parse,
    exit: 1,
    text: 'Parse error',
    fix: 'Send one JSON-RPC message as valid JSON.',
  },
  mcp_invalid_request: {
    status: 400,
    mcp: RPC.request,
    exit: 1,
    text: 'Invalid Request',
    fix: 'Send a JSON-RPC 2.0 request with a string or integer id.',
  },
  mcp_method_not_found: {
    status: 404,
    mcp: RPC.method,
    exit: 1,
    text: 'Method not found',
    fix: 'Use a method of the negotiated MCP revision.',
  },
  mcp_invalid_params: {
    status: 200,
    mcp: RPC.params,
    exit: 1,
    text: 'Invalid params',
    fix: 'Send the params the MCP revision asks for.',
  },
  mcp_unknown_tool: {
    status: 200,
    mcp: RPC.params,
    exit: 2,
    text: 'Unknown tool',
    fix: 'List the tools with `tools/list`.',
  },
  mcp_unknown_resource: {
    status: 200,
    mcp: RPC.params,
    exit: 2,
    text: 'Unknown resource',
    fix: 'List them with `resources/list` and `resources/templates/list`.',
  },
  mcp_unknown_prompt: {
    status: 200,
    mcp: RPC.params,
    exit: 2,
    text: 'Unknown prompt',
    fix: 'List the prompts with `prompts/list`.',
  },
  mcp_header_mismatch: {
    status: 400,
    mcp: -32020,
    exit: 1,
    text: 'Header mismatch',
    fix: 'Send `MCP-Protocol-Version`, `Mcp-Method` and `Mcp-Name` equal to the body.',
  },
  mcp_unsupported_version: {
    status: 400,
    mcp: -32022,
    exit: 1,
    text: 'Unsupported protocol version',
    fix: 'Use one of the versions in `supported`.',
  },
  ...PROGRAM_PROBLEMS,
})

export function problemRow(code: ProblemCode): ProblemRow {
  return PROBLEMS[code]
}

export function isProblemCode(code: unknown): code is ProblemCode {
  return typeof code === 'string' && Object.hasOwn(PROBLEMS, code)
}
