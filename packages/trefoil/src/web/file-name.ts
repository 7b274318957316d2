const MAX_LENGTH = 200
const RESERVED = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)/i

/**
 * Makes the name of an upload harmless (BIND-18), so that code that stores under it is not an
 * attack by itself: no directory part, no `.` or `..`, no character but the space that a shell, a
 * header or Windows takes for something else, nothing that begins like an option, no Windows
 * device, no invisible character that turns `gpj.exe` around, at most 200 characters with the
 * extension kept.
 *
 * @returns `_` when nothing is left; the empty string for the empty name
 */
export function safeFileName(sent: string): string {
  if (sent === '') return ''
  const base = sent.slice(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1)
  const plain = base
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '')
    // `:` names an alternate data stream of NTFS, `~1` the short form of another name there.
    .replace(/[<>:"|?*`$;&!'(){}[\]#%^=~]/g, '_')
    .replace(/^[. ]+$/, '')
    // Windows drops these, and `shell.php.` becomes what a filter had refused.
    .replace(/[. ]+$/, '')
    .trimStart()
    // `rm -rf` of a folder with such a file in it.
    .replace(/^-/, '_')
  if (plain === '') return '_'
  return shorten(RESERVED.test(plain) ? `_${plain}` : plain)
}

function shorten(name: string): string {
  if (name.length <= MAX_LENGTH) return name
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= 20 ? name.slice(dot) : ''
  return name.slice(0, MAX_LENGTH - extension.length).toWellFormed() + extension
}
