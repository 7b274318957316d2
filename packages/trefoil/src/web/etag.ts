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

/**
 * The tag of a representation in a content coding: `"v1"` in gzip is `"v1-gzip"`. Other bytes need
 * another strong tag, and a weak one could never satisfy `If-Match` (RFC 9110 §8.8.3, §13.1.1).
 */
export function codedTag(tag: string, coding: string): string {
  return tag.startsWith('W/') ? tag : `${tag.slice(0, -1)}-${coding}"`
}

/** A header of tags with those of `tag` in one of the codings replaced by `plain`. */
export function withoutCodings(
  header: string,
  tag: string,
  codings: readonly string[],
  plain: string,
): string {
  if (tag.startsWith('W/')) return header
  const coded = new Set([tag, ...codings.map((coding) => codedTag(tag, coding))])
  return header.replace(LISTED, (sent) => {
    const isWeak = sent.startsWith('W/')
    if (!coded.has(isWeak ? sent.slice(2) : sent)) return sent
    return isWeak ? `W/${plain}` : plain
  })
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
