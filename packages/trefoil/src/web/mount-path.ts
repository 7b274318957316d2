const PCHAR = "[A-Za-z0-9._~!$&'()*+,;=:@-]"
const PATH = new RegExp(`^/(?:(?:${PCHAR}|%[0-9A-F]{2})+(?:/(?:${PCHAR}|%[0-9A-F]{2})+)*)?$`)
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/
/** Escapes of a slash, and of letters, digits, `-`, `.`, `_` and `~`, which mean the same bare. */
const NEEDLESS = /%(?:2[DEF]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])/
/** Escapes of what may stand in a segment bare, and means the same to us either way. */
const BARE_TOO = /%(?:21|24|2[6-9A-C]|3[ABD]|40)/

/**
 * True for a path, as sent, in the one spelling it has (FND-27; RFC 3986 §6.2.2): no empty and no dot
 * segments, no slash at the end, escapes in capitals, and none of what means the same without.
 *
 * Whoever mounts an app may have rules of their own by path, and we read more spellings as one
 * path than they do: `/api//admin` and `/api/%61dmin` would walk around a rule for `/api/admin`.
 */
export function isCanonicalPath(path: string): boolean {
  return PATH.test(path) && !NEEDLESS.test(path) && !DOT_SEGMENT.test(path)
}

/**
 * True when the literal segments of a template stand in a canonical path as the template has them.
 * In an argument `%40` and `@` are two ways to send one value, and clients use both; in a name that
 * a rule of the host may hold there is one.
 *
 * @param template such as `/orders/{id}`; the path is known to match it
 */
export function spellsLiterals(path: string, template: string): boolean {
  if (!path.includes('%')) return true
  const sent = path.split('/')
  return template
    .split('/')
    .every((segment, index) => segment.startsWith('{') || !BARE_TOO.test(sent[index] ?? ''))
}

const MOUNT_PATH = /^(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+)+$/

/**
 * Reads where an app is mounted: a literal path, with or without a slash at its end.
 *
 * @returns the path without that slash, empty for the root; `null` for text that is no such path
 */
export function parseMountPath(text: string): string | null {
  if (text === '/' || text === '') return ''
  const trimmed = text.replace(/\/$/, '')
  return MOUNT_PATH.test(trimmed) ? trimmed : null
}

/**
 * A request target without the path its app is mounted under. Compared as sent: a path that only
 * looks like it once decoded is none of ours.
 *
 * @returns `null` for a target outside
 */
export function stripMountPath(target: string, mountPath: string): string | null {
  if (mountPath === '') return target
  if (!target.startsWith(mountPath)) return null
  const rest = target.slice(mountPath.length)
  if (rest === '' || rest.startsWith('/')) return rest === '' ? '/' : rest
  return rest.startsWith('?') ? `/${rest}` : null
}

/** The path of a request target, as sent. */
export function pathOf(target: string): string {
  const mark = target.indexOf('?')
  return mark === -1 ? target : target.slice(0, mark)
}
