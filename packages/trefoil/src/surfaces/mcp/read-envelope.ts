import { readStrictJson, type StrictJsonLimits } from '../../base/json/strict-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { refuseJson } from '../../contract/problems/json-problem.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'
import type { TraceSource } from '../../record/trace-source.ts'
import type { RawHeaders } from '../../web/raw-headers.ts'
import { type RpcId, type RpcMessage, readMessage } from './message.ts'
import type { Era } from './wire/era.ts'
import { legacy } from './wire/legacy.ts'
import { modern, VERSION_KEY } from './wire/modern.ts'
import { versionHeader } from './wire/version-header.ts'

/** A request body, read as far as its routing bits; a problem is kept until the caller is known. */
export interface Envelope {
  readonly era: Era
  readonly id: RpcId | null
  /** `null` when the body is no message. */
  readonly message: RpcMessage | null
  readonly problem: Problem | null
  /** What a connection has agreed on; absent where each message says so itself. */
  readonly agreed?: string | null
}

/** The revision that an answer is written for. */
export function revisionOf({ era, agreed }: Envelope, headers: RawHeaders | null): string {
  if (headers !== null) return era.revision(headers)
  // The oldest that we know of nothing else: whoever has said nothing yet is told in words that all know.
  return era.name === 'modern' ? era.revision([]) : (agreed ?? '2025-03-26')
}

/** `params` and `arguments` stand around what HTTP has as its body (ABIND-12). */
export const LEVELS_AROUND = 2

/**
 * @param headers `null` where there is no HTTP
 * @param limits those of the arguments, and {@link LEVELS_AROUND}
 */
export function readEnvelope(
  bytes: Uint8Array,
  headers: RawHeaders | null,
  limits: StrictJsonLimits,
): Envelope {
  const parsed = readStrictJson(bytes, limits)
  if (!parsed.ok) {
    const problem = refuseJson(parsed, 'mcp_parse_error')
    return { era: headerEraOf(headers), id: null, message: null, problem }
  }
  return readValue(parsed.value, headers)
}

/**
 * @param value what JSON came to
 * @param headers `null` where there is no HTTP
 */
export function readValue(value: unknown, headers: RawHeaders | null): Envelope {
  const headerEra = headerEraOf(headers)
  const read = readMessage(value)
  if (!read.ok) {
    const problem = refuse('mcp_invalid_request')
    return { era: headerEra, id: read.id, message: null, problem }
  }
  const { message } = read
  const era = eraOf(message, headerEra)
  return { era, id: message.id, message, problem: era.check(message, headers) }
}

/**
 * The message is from whoever wants the tool, its headers may be from anybody in between: a gateway,
 * say, with a span of its own. What is no trace is none here either, and changes nothing.
 */
export function readTrace({ message }: Envelope, source: TraceSource): void {
  const meta = message?.params['_meta']
  if (isRecord(meta)) source.fromMessage(meta['traceparent'], meta['tracestate'])
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

function headerEraOf(headers: RawHeaders | null): Era {
  if (headers === null) return legacy
  const version = versionHeader(headers)
  return version !== undefined && modern.versions.includes(version) ? modern : legacy
}
