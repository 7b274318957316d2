import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import { allHeaders, type RawHeaders } from '../../../web/raw-headers.ts'
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
  if (method !== null || message.method !== 'tools/call') return method
  return checkMcpHeader('Mcp-Name', message.params['name'], headers, required)
}

/** One header against what the body says. */
export function checkMcpHeader(
  header: string,
  value: unknown,
  headers: RawHeaders,
  required: boolean,
): Problem | null {
  const sent = allHeaders(headers, header.toLowerCase())
  const [text] = sent
  if (text === undefined) return required ? mismatch(`${header} header is missing`) : null
  // Of two lines, a gateway may go by the other one.
  if (sent.length > 1) return mismatch(`${header} header is repeated`)
  return decodeMcpHeader(text) === value
    ? null
    : mismatch(`${header} header does not match the body`)
}

function mismatch(detail: string): Problem {
  return refuse('mcp_header_mismatch', { detail: `Header mismatch: ${detail}` })
}

const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/

/**
 * The value of an `Mcp-*` header: text that a header cannot carry comes as
 * `=?base64?…?=` (2026-07-28).
 *
 * @returns `null` when the encoding is broken
 */
function decodeMcpHeader(header: string): string | null {
  const value = header.trim()
  if (!value.startsWith('=?')) return value
  const base64 = ENCODED.exec(value)?.[1]
  if (base64 === undefined || base64.length % 4 !== 0) return null
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}
