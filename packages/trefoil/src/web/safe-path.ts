// A NUL ends a name early, `\` separates on Windows, `:` names a drive or a hidden data stream,
// the others are wildcards or redirections there.
const UNSAFE = /[\x00-\x1f\x7f\\:*?"<>|]/
// Opened on Windows, these are devices whatever folder and extension they are given.
const DEVICE = /^(?:con|prn|aux|nul|clock\$|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$/i
const MAX_SEGMENT = 255
const MAX_PATH = 2048

/**
 * Splits a relative path from outside into names that cannot leave a folder, on any system, so
 * that an app does not become unsafe by moving. Nothing is decoded here: escapes were decoded
 * once, before routing.
 *
 * @param dotfiles accept names that begin with a dot (never `.` and `..`)
 * @returns `null` when the path is not safe; empty for the folder itself
 */
export function safeSegments(path: string, dotfiles: boolean): readonly string[] | null {
  if (path.length > MAX_PATH || path.startsWith('/')) return null
  const segments = path.split('/').filter((segment) => segment !== '')
  return segments.every((segment) => isSafeName(segment, dotfiles)) ? segments : null
}

function isSafeName(name: string, dotfiles: boolean): boolean {
  if (name === '.' || name === '..' || name.length > MAX_SEGMENT) return false
  if (!dotfiles && name.startsWith('.')) return false
  // Windows drops trailing dots and spaces: `secret.txt.` would get around a rule for the name.
  if (/[. ]$/.test(name) || !name.isWellFormed()) return false
  return !UNSAFE.test(name) && !DEVICE.test(name)
}
