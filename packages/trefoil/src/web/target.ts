/** A request target, read once at the door so that every later comparison sees the same text. */
export interface Target {
  /** Decoded path: no empty segments, no trailing slash, `/` for the root. */
  readonly path: string
  /** Query string without `?`, undecoded. */
  readonly search: string
}

const CONTROL = /[\x00-\x1f\x7f]/
const NOT_VISIBLE_ASCII = /[^\x21-\x7e]/

/**
 * Canonicalises a request target in origin form (ROUTE-7, ROUTE-8): percent-escapes are
 * decoded exactly once and before matching, so `%2F` separates segments and `%252F` is data;
 * repeated and trailing slashes are dropped; dot segments are plain data.
 *
 * @returns `null` for undecodable text, a control character, anything but visible ASCII outside of
 * escapes, or another form of target
 */
export function parseTarget(target: string): Target | null {
  if (target.charCodeAt(0) !== 0x2f) return null
  const mark = target.indexOf('?')
  const rawPath = mark === -1 ? target : target.slice(0, mark)
  const search = mark === -1 ? '' : target.slice(mark + 1)
  if (isPlain(rawPath)) return { path: rawPath, search }
  const path = decodePath(rawPath)
  return path === null ? null : { path, search }
}

/** No escape, no empty segment, no trailing slash, only printable ASCII: nothing to do. */
function isPlain(path: string): boolean {
  let previous = 0
  for (let index = 0; index < path.length; index++) {
    const unit = path.charCodeAt(index)
    if (unit === 0x25 || unit <= 0x20 || unit > 0x7e || (unit === 0x2f && previous === 0x2f)) {
      return false
    }
    previous = unit
  }
  return previous !== 0x2f || path.length === 1
}

function decodePath(rawPath: string): string | null {
  // Raw bytes came through the transport as Latin-1, while a gateway may have read them as UTF-8.
  if (NOT_VISIBLE_ASCII.test(rawPath)) return null
  let decoded: string
  try {
    decoded = decodeURIComponent(rawPath)
  } catch {
    return null
  }
  // A NUL ends a file name early, a CR or LF forges a log line.
  if (CONTROL.test(decoded)) return null
  return `/${decoded
    .split('/')
    .filter((segment) => segment !== '')
    .join('/')}`
}
