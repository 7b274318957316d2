// RFC 9110 §8.8.3. A quote inside would end the tag early, a control character the header.
const TAG = /^(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"$/
const OPAQUE = /^[\x21\x23-\x7e\x80-\xff]*$/
const LISTED = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g

/** True for a whole entity tag: `"v1"`, `W/"v1"`. */
export function isEntityTag(text: string): boolean {
  return TAG.test(text)
}

/** @returns the strong tag `"text"`; a tag that is complete already stays; `null` when neither */
export function toEntityTag(text: string): string | null {
  if (isEntityTag(text)) return text
  return text !== '' && OPAQUE.test(text) ? `"${text}"` : null
}

/** The weak form of a tag, for a body that is equal in meaning only (compressed, say). */
export function weakTag(tag: string): string {
  return tag.startsWith('W/') ? tag : `W/${tag}`
}

/** Same bytes (RFC 9110 §8.8.3.2): both strong and equal. */
export function strongMatch(left: string, right: string): boolean {
  return left === right && !left.startsWith('W/')
}

/** Same meaning: equal, weakness aside. */
export function weakMatch(left: string, right: string): boolean {
  return opaque(left) === opaque(right)
}

/** Tags of an `If-Match` or `If-None-Match` header; `'*'` for any. Malformed parts are skipped. */
export function parseTagList(header: string): readonly string[] | '*' {
  return header.trim() === '*' ? '*' : (header.match(LISTED) ?? [])
}

function opaque(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
}
