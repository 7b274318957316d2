const ENCODED = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/

/**
 * The value of an `Mcp-*` header: text that a header cannot carry comes as
 * `=?base64?…?=` (2026-07-28).
 *
 * @returns `null` when the encoding is broken
 */
export function decodeMcpHeader(header: string): string | null {
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
