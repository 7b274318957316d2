import { isRecord } from '../../../base/plain/is-record.ts'
import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import { firstHeader, type RawHeaders } from '../../../web/raw-headers.ts'
import type { RpcMessage } from '../message.ts'
import type { ToolList } from '../tool-list.ts'
import type { Era, ToolResult } from './era.ts'
import { checkRoutingHeaders } from './routing-headers.ts'

/**
 * Revisions with a handshake, newest first. We keep no session, so any request may come first. Older ones have
 * another transport over HTTP, with an endpoint for events of its own.
 */
const VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const

/** Era of 2025-11-25 and older: `initialize`, `ping`, no metadata on requests. */
export const legacy: Era = {
  versions: VERSIONS,
  cancelsByClosing: false,
  namesHeaders: false,
  check,
  answer,
  toolResult,
  errorStatus: (problem) => (TRANSPORT_ERRORS.has(problem.code) ? 400 : 200),
}

/** Errors of the message itself; everything else is a JSON-RPC answer in a 200. */
const TRANSPORT_ERRORS: ReadonlySet<string> = new Set([
  'mcp_parse_error',
  'mcp_invalid_request',
  'mcp_unsupported_version',
  'mcp_header_mismatch',
])

function check(message: RpcMessage, headers: RawHeaders): Problem | null {
  const mismatch = checkRoutingHeaders(message, headers, false)
  if (mismatch !== null || message.method === 'initialize') return mismatch
  const version = firstHeader(headers, 'mcp-protocol-version')?.trim()
  if (version === undefined || (VERSIONS as readonly string[]).includes(version)) return null
  return refuse('mcp_unsupported_version', {
    details: { supported: VERSIONS, requested: version },
  })
}

function answer(message: RpcMessage, tools: ToolList): string | Problem | undefined {
  switch (message.method) {
    case 'initialize':
      return initialize(message, tools)
    case 'ping':
      return '{}'
    case 'tools/list':
      return (message.params['cursor'] ?? null) === null
        ? `{"tools":${tools.legacy}}`
        : refuse('mcp_invalid_params', { detail: 'Invalid cursor' })
    default:
      return undefined
  }
}

/** MCP-8. */
function initialize({ params }: RpcMessage, tools: ToolList): string | Problem {
  const { protocolVersion, capabilities, clientInfo } = params
  if (typeof protocolVersion !== 'string' || !isRecord(capabilities) || !isClientInfo(clientInfo)) {
    return refuse('mcp_invalid_params', {
      detail: 'initialize needs protocolVersion, capabilities and clientInfo { name, version }',
    })
  }
  const known = (VERSIONS as readonly string[]).includes(protocolVersion)
  return JSON.stringify({
    protocolVersion: known ? protocolVersion : VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: tools.serverInfo,
    ...(tools.instructions === null ? {} : { instructions: tools.instructions }),
  })
}

function isClientInfo(value: unknown): boolean {
  return (
    isRecord(value) && typeof value['name'] === 'string' && typeof value['version'] === 'string'
  )
}

function toolResult(result: ToolResult, tools: ToolList, tool: string): string {
  const content = `{"content":[${result.content}]`
  const { structured } = result
  const wrapped =
    structured !== null && tools.wrapped.has(tool) ? `{"result":${structured}}` : structured
  const extra = wrapped === null ? '' : `,"structuredContent":${wrapped}`
  return `${content}${extra},"isError":${result.isError}}`
}
