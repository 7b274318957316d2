import { isRecord } from '../../base/is-record.ts'
import { MAX_JSON_DEPTH, parseStrictJson } from '../../base/strict-json.ts'
import { type Problem, refuse } from '../../contract/problem.ts'
import { firstHeader, type RawHeaders } from '../../web/raw-headers.ts'
import { type RpcId, type RpcMessage, readMessage } from './message.ts'
import type { Era } from './wire/era.ts'
import { legacy } from './wire/legacy.ts'
import { modern, VERSION_KEY } from './wire/modern.ts'

/** A request body, read as far as its routing bits; a problem is kept until the caller is known. */
export interface Envelope {
  readonly era: Era
  readonly id: RpcId | null
  /** `null` when the body is no message. */
  readonly message: RpcMessage | null
  readonly problem: Problem | null
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** `params` and `arguments` stand around what HTTP has as its body (ABIND-12). */
const MAX_DEPTH = MAX_JSON_DEPTH + 2

export function readEnvelope(bytes: Uint8Array, headers: RawHeaders): Envelope {
  const headerEra = hasModernHeader(headers) ? modern : legacy
  const parsed = parse(bytes)
  if (typeof parsed === 'string') {
    const problem = refuse('mcp_parse_error', { detail: `Parse error: ${parsed}` })
    return { era: headerEra, id: null, message: null, problem }
  }
  const read = readMessage(parsed.value)
  if (!read.ok) {
    const problem = refuse('mcp_invalid_request')
    return { era: headerEra, id: read.id, message: null, problem }
  }
  const { message } = read
  const era = eraOf(message, headerEra)
  return { era, id: message.id, message, problem: era.check(message, headers) }
}

/** @returns a reason when the bytes are not JSON */
function parse(bytes: Uint8Array): { readonly value: unknown } | string {
  try {
    const parsed = parseStrictJson(utf8.decode(bytes), { maxDepth: MAX_DEPTH })
    if (parsed.ok) return parsed
    return parsed.at === '' ? parsed.reason : `${parsed.reason}, at ${parsed.at}`
  } catch {
    return 'not UTF-8'
  }
}

/**
 * The era a message belongs to: its own claim decides; without one the header does, so a modern
 * request that lost its metadata is refused instead of being served by older rules.
 */
function eraOf(message: RpcMessage, headerEra: Era): Era {
  const meta = message.params['_meta']
  if (isRecord(meta) && (meta[VERSION_KEY] ?? null) !== null) return modern
  return message.method === 'initialize' ? legacy : headerEra
}

function hasModernHeader(headers: RawHeaders): boolean {
  const version = firstHeader(headers, 'mcp-protocol-version')?.trim()
  return version !== undefined && modern.versions.includes(version)
}
