const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The six bits of a character, by its code; -1 for every other character. */
const BITS = new Int8Array(128).fill(-1)
for (let index = 0; index < CHARACTERS.length; index++) {
  BITS[CHARACTERS.charCodeAt(index)] = index
}

/** Base64url without padding (RFC 4648 §5). */
export function encodeBase64url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/**
 * Strict reverse of {@link encodeBase64url}: padding, white space, foreign characters and
 * non-canonical trailing bits are refused, so one byte string has exactly one spelling. Floods
 * of bad tokens come through here, so it makes one array and nothing else.
 *
 * @returns the bytes, or `null`; never throws
 */
export function decodeBase64url(text: string): Uint8Array<ArrayBuffer> | null {
  if (text.length % 4 === 1) return null
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let waiting = 0
  let count = 0
  let size = 0
  for (let index = 0; index < text.length; index++) {
    const bits = BITS[text.charCodeAt(index)] ?? -1
    if (bits === -1) return null
    waiting = (waiting << 6) | bits
    count += 6
    if (count >= 8) {
      count -= 8
      bytes[size++] = waiting >> count
      waiting &= (1 << count) - 1
    }
  }
  return waiting === 0 ? bytes : null
}
