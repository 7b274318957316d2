import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import type { RawHeaders } from '../../../web/raw-headers.ts'
import type { RpcMessage } from '../message.ts'
import type { ServerFacts } from '../server-facts.ts'
import type { Era, ToolResult } from './era.ts'
import { checkRoutingHeaders } from './routing-headers.ts'
import { versionHeader } from './version-header.ts'

/**
 * Revisions with a handshake, newest first. We keep no session, so any request may come first. Older ones have
 * another transport over HTTP, with an endpoint for events of its own.
 */
const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

/** Era of 2025-11-25 and older: `initialize`, `ping`, no metadata on requests. */
export const legacy: Era = {
  name: 'legacy',
  versions: VERSIONS,
  cancelsByClosing: false,
  // Before there was a header for it nobody could say.
  revision: (headers) => versionHeader(headers) ?? '2025-03-26',
  namesHeaders: false,
  check,
  result: (members) => `{${members}}`,
  listed: (members) => `{${members}}`,
  read: (members) => `{${members}}`,
  // They ask on a connection of their own, which is not kept: nobody is asked.
  asked: (members) => `{${members}}`,
  capabilities: () => [],
  answers: () => null,
  toolResult,
  // Of their own code for it; 2026-07-28 forbids the number.
  errorCode: (problem, code) => (problem.code === 'mcp_unknown_resource' ? -32_002 : code),
  errorStatus: (problem) => (TRANSPORT_ERRORS.has(problem.code) ? 400 : 200),
}

/** Errors of the message itself; everything else is a JSON-RPC answer in a 200. */
const TRANSPORT_ERRORS: ReadonlySet<string> = new Set([
  'mcp_parse_error',
  'mcp_invalid_request',
  'mcp_unsupported_version',
  'mcp_header_mismatch',
])

function check(message: RpcMessage, headers: RawHeaders | null): Problem | null {
  if (headers === null) return null
  const mismatch = checkRoutingHeaders(message, headers, false)
  if (mismatch !== null || message.method === 'initialize') return mismatch
  const version = versionHeader(headers)
  if (version === undefined || (VERSIONS as readonly string[]).includes(version)) return null
  return refuse('mcp_unsupported_version', {
    details: { supported: VERSIONS, requested: version },
  })
}

function toolResult(result: ToolResult, _server: ServerFacts, wraps: boolean): string {
  const content = `{"content":[${result.content}]`
  const { structured } = result
  const wrapped = structured !== null && wraps ? `{"result":${structured}}` : structured
  const extra = wrapped === null ? '' : `,"structuredContent":${wrapped}`
  return `${content}${extra},"isError":${result.isError}}`
}
