const CHUNK = 0x8000

/** Base64 with padding (RFC 4648 §4). */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let index = 0; index < bytes.length; index += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(index, index + CHUNK))
  }
  return btoa(binary)
}

const CHARACTERS = /^[A-Za-z0-9+/]*={0,2}$/

/**
 * True for the one spelling that a byte string has. White space, a missing or a wrong padding and bits behind
 * the last byte are refused: readers differ in what they make of them.
 */
export function isBase64(text: string): boolean {
  if (text.length % 4 !== 0 || !CHARACTERS.test(text)) return false
  const last = text.slice(-4)
  return last === '' || btoa(atob(last)) === last
}
