/** Certificates are not longer, and a head has no room for more. */
const MOST = 16_384
const ITEM = /^:([A-Za-z0-9+/]+={0,2}):$/

/**
 * The certificate in `Client-Cert`: DER in base64 between colons (RFC 9440 §2.1).
 *
 * @returns `null` for anything else: an item with parameters, two of them, another spelling
 */
export function certificateInHeader(value: string): Uint8Array | null {
  const [, text] = value.length > MOST ? [] : (ITEM.exec(value.trim()) ?? [])
  if (text === undefined) return null
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : null
}
