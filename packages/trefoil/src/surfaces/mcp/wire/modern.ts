import { isRecord } from '../../../base/plain/is-record.ts'
import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import type { RawHeaders } from '../../../web/raw-headers.ts'
import { answersIn, CAPABILITIES_KEY, capabilitiesIn } from '../asking/client-side.ts'
import type { RpcMessage } from '../message.ts'
import type { ServerFacts } from '../server-facts.ts'
import type { Era, ToolResult } from './era.ts'
import { checkMcpHeader, checkRoutingHeaders } from './routing-headers.ts'

/** Metadata keys of 2026-07-28. */
export const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion'
const SERVER_KEY = 'io.modelcontextprotocol/serverInfo'

const VERSIONS = ['2026-07-28'] as const

/**
 * How long a client may keep a list. Tools change when the server is replaced, and a caller's list with
 * their rights: a call judges those anew, whatever an old list shows.
 */
const TTL_MS = 60_000

/** Era of 2026-07-28: stateless, metadata and headers on every request. */
export const modern: Era = {
  name: 'modern',
  versions: VERSIONS,
  cancelsByClosing: true,
  revision: () => VERSIONS[0],
  namesHeaders: true,
  check,
  asked: (members, server) => `{"resultType":"input_required",${members},${meta(server)}}`,
  capabilities: capabilitiesIn,
  answers: answersIn,
  result: (members, server) => `{"resultType":"complete",${members},${meta(server)}}`,
  listed,
  read: (members, server) =>
    `{"resultType":"complete",${members},"ttlMs":0,"cacheScope":"private",${meta(server)}}`,
  toolResult,
  errorCode: (_problem, code) => code,
  errorStatus: (problem) => problem.status,
}

/**
 * Envelope, version and headers, in the order of the revision: a version that stands in two places and differs is
 * a mismatch whatever it is, or a gateway that went by the header would have passed what nobody serves.
 */
function check(message: RpcMessage, headers: RawHeaders | null): Problem | null {
  if (message.id === null) return null
  if (headers === null) {
    return checkEnvelope(message) ?? checkVersion(message) ?? checkAnswers(message)
  }
  return (
    checkEnvelope(message) ??
    checkMcpHeader('MCP-Protocol-Version', versionOf(message), headers, true) ??
    checkVersion(message) ??
    checkRoutingHeaders(message, headers, true) ??
    checkAnswers(message)
  )
}

function checkEnvelope({ params }: RpcMessage): Problem | null {
  const meta = params['_meta']
  if (!isRecord(meta) || typeof meta[VERSION_KEY] !== 'string') return missingMeta(VERSION_KEY)
  return isRecord(meta[CAPABILITIES_KEY]) ? null : missingMeta(CAPABILITIES_KEY)
}

function missingMeta(key: string): Problem {
  return refuse('mcp_invalid_params', { status: 400, detail: `params._meta needs '${key}'` })
}

function versionOf({ params }: RpcMessage): string {
  const meta = params['_meta']
  return isRecord(meta) ? String(meta[VERSION_KEY]) : ''
}

function checkVersion(message: RpcMessage): Problem | null {
  const requested = versionOf(message)
  if ((VERSIONS as readonly string[]).includes(requested)) return null
  return refuse('mcp_unsupported_version', {
    // Not those that take a handshake: this message has named its version itself, and the next one will.
    details: { supported: VERSIONS, requested },
  })
}

const ASKING: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])

/** Answers to what was never asked: of what runs no action no state is one that we gave. */
function checkAnswers({ method, params }: RpcMessage): Problem | null {
  const { inputResponses = null, requestState = null } = params
  if (inputResponses !== null && !isRecord(inputResponses)) {
    return invalid('params.inputResponses must be an object')
  }
  if (requestState === null || (typeof requestState === 'string' && ASKING.has(method))) return null
  return invalid('params.requestState is none that this server gave')
}

function invalid(detail: string): Problem {
  return refuse('mcp_invalid_params', { status: 200, detail })
}

function listed(members: string, server: ServerFacts): string {
  return `{"resultType":"complete",${members},${cacheFields(server)},${meta(server)}}`
}

function cacheFields(server: ServerFacts): string {
  return `"ttlMs":${TTL_MS},"cacheScope":"${server.private ? 'private' : 'public'}"`
}

const metas = new WeakMap<ServerFacts, string>()

/** `_meta` member naming the server, on every result. */
function meta(server: ServerFacts): string {
  let text = metas.get(server)
  if (text === undefined) {
    text = `"_meta":{"${SERVER_KEY}":${JSON.stringify(server.serverInfo)}}`
    metas.set(server, text)
  }
  return text
}

function toolResult(result: ToolResult, server: ServerFacts): string {
  const content = `"content":[${result.content}]`
  const extra = result.structured === null ? '' : `,"structuredContent":${result.structured}`
  return `{"resultType":"complete",${content}${extra},"isError":${result.isError},${meta(server)}}`
}
