const BEARER = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i

/**
 * As clients and JWTs are mostly spelled: a stretch of word characters is what the engine is quickest
 * at. Each step eats one other character, so no text has two ways to match and none takes long.
 */
const ORDINARY = /^Bearer \w+(?:[.~+/=-]\w*)*$/
const PREFIX_LENGTH = 'Bearer '.length

/**
 * The token of an `Authorization: Bearer` header, scheme in any case (PW-11).
 *
 * @returns `null` when the header is absent or of another scheme
 */
export function bearerToken(header: string | null | undefined): string | null {
  if (header === null || header === undefined) return null
  if (ORDINARY.test(header)) return header.slice(PREFIX_LENGTH)
  return BEARER.exec(header)?.[1] ?? null
}

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

/** Quotes text for a `WWW-Authenticate` parameter; characters a header cannot carry are dropped. */
export function quoted(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`
  return `"${text.replace(/[^\x20-\x7e]/g, '').replace(/["\\]/g, '\\$&')}"`
}
