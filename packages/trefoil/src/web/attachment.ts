const NOT_PLAIN = /[^\x20-\x7e]|["\\%]/g
const NOT_ATTRIBUTE = /[^A-Za-z0-9!#$&+.^_`|~-]/g

/**
 * `attachment` with a file name (RFC 6266): a plain form for old clients and, when that lost
 * something, the exact one. Directory parts are dropped.
 */
export function attachment(fileName: string): string {
  const name = (fileName.split(/[/\\]/).pop() ?? '').toWellFormed()
  const plain = name.replace(NOT_PLAIN, '_')
  const basic = `attachment; filename="${plain}"`
  if (plain === name) return basic
  const exact = name.replace(NOT_ATTRIBUTE, percentEncode)
  return `${basic}; filename*=UTF-8''${exact}`
}

/** Called for one unit at a time; the halves of a pair are encoded together by the first. */
function percentEncode(unit: string, offset: number, whole: string): string {
  const code = unit.charCodeAt(0)
  if (code >= 0xdc00 && code <= 0xdfff) return ''
  const character = code >= 0xd800 && code <= 0xdbff ? whole.slice(offset, offset + 2) : unit
  return encodeURIComponent(character).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
