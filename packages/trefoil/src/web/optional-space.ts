const SPACE = 0x20
const TAB = 0x09

/**
 * The value of a header without the blanks around it that its grammar allows (RFC 9110 §5.6.3). `trim()` takes off what
 * Unicode has as well, and a byte order mark: a gateway that goes by the same header has read another value.
 */
export function withoutSpace(value: string): string {
  let start = 0
  let end = value.length
  while (start < end && isSpace(value.charCodeAt(start))) start++
  while (end > start && isSpace(value.charCodeAt(end - 1))) end--
  return start === 0 && end === value.length ? value : value.slice(start, end)
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB
}
