import type { Action } from '../../../contract/call/action.ts'
import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import { withoutSpace } from '../../../web/optional-space.ts'
import { firstHeader, isRepeated, type RawHeaders } from '../../../web/raw-headers.ts'
import type { RpcMessage } from '../message.ts'

/**
 * `Mcp-Method` and `Mcp-Name` are what gateways route and filter by; a body that says otherwise
 * would pass them under a false name.
 *
 * @param required true in the modern era, where they must be sent; in the legacy era they need
 * not, but what is sent must be true, or a body without metadata would pass a modern gateway
 */
export function checkRoutingHeaders(
  message: RpcMessage,
  headers: RawHeaders,
  required: boolean,
): Problem | null {
  const method = checkMcpHeader('Mcp-Method', message.method, headers, required)
  const named = NAMED.get(message.method)
  if (method !== null || named === undefined) return method
  return checkMcpHeader('Mcp-Name', message.params[named], headers, required)
}

/** The member of `params` that `Mcp-Name` repeats. */
const NAMED: ReadonlyMap<string, string> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
])

/** One header against what the body says. */
export function checkMcpHeader(
  header: string,
  value: unknown,
  headers: RawHeaders,
  required: boolean,
): Problem | null {
  const name = lowerCase(header)
  const text = firstHeader(headers, name)
  if (text === undefined) return required ? mismatch(`${header} header is missing`) : null
  // Of two lines, a gateway may go by the other one.
  if (isRepeated(headers, name)) return mismatch(`${header} header is repeated`)
  return saysTheSame(decodeMcpHeader(text), value)
    ? null
    : mismatch(`${header} header does not match the body`)
}

const LOWER_CASE: ReadonlyMap<string, string> = new Map(
  ['MCP-Protocol-Version', 'Mcp-Method', 'Mcp-Name'].map((name) => [name, name.toLowerCase()]),
)

function lowerCase(header: string): string {
  return LOWER_CASE.get(header) ?? header.toLowerCase()
}

function mismatch(detail: string): Problem {
  return refuse('mcp_header_mismatch', { detail: `Header mismatch: ${detail}` })
}

/** An argument that clients repeat in a header. */
export interface ArgumentHeader {
  readonly argument: string
  /** The whole name, such as `Mcp-Param-Region`. */
  readonly header: string
}

export function argumentHeaders({ params }: Action): readonly ArgumentHeader[] {
  return params.flatMap(({ name, mcpHeader }) =>
    mcpHeader === undefined ? [] : [{ argument: name, header: `Mcp-Param-${mcpHeader}` }],
  )
}

/**
 * The arguments that stand in headers as well (SEP-2243). One that was not sent, or is `null`, has none.
 *
 * @param required as for {@link checkRoutingHeaders}
 */
export function checkArgumentHeaders(
  expected: readonly ArgumentHeader[],
  args: Readonly<Record<string, unknown>>,
  headers: RawHeaders,
  required: boolean,
): Problem | null {
  for (const { argument, header } of expected) {
    const value = Object.hasOwn(args, argument) ? (args[argument] ?? null) : null
    if (value === null && firstHeader(headers, header.toLowerCase()) !== undefined) {
      return mismatch(`${header} header repeats an argument that was not sent`)
    }
    const problem = value === null ? null : checkMcpHeader(header, value, headers, required)
    if (problem !== null) return problem
  }
  return null
}

/** Whole numbers by their value: `42.0` is `42`. No others are, or a gateway that compares text is passed by `042`. */
function saysTheSame(text: string | null, value: unknown): boolean {
  if (text === null) return false
  if (typeof value === 'boolean') return text === String(value)
  if (typeof value !== 'number') return text === value
  return NUMBER.test(text) && Number(text) === value
}

const NUMBER = /^(?:0|-?[1-9]\d{0,19})(?:\.0{1,20})?$/
const ENCODED = /^=\?base64\?(.*)\?=$/
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * The value of an `Mcp-*` header: text that a header cannot carry comes as
 * `=?base64?…?=` (2026-07-28).
 *
 * @returns `null` when the encoding is broken
 */
function decodeMcpHeader(header: string): string | null {
  const value = withoutSpace(header)
  const base64 = value.startsWith('=') ? ENCODED.exec(value)?.[1] : undefined
  // Not wrapped: literal, whatever it begins or ends with.
  if (base64 === undefined) return value
  if (base64.length % 4 !== 0 || !BASE64.test(base64)) return null
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    // With a byte order mark, which would be taken off: a gateway that refuses the name has not seen it.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
