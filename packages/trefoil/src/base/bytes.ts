const KIB = 1024
const UNITS: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['kb', KIB],
  ['mb', KIB * KIB],
  ['gb', KIB * KIB * KIB],
])
const SIZE = /^([0-9]+)(b|kb|mb|gb)$/i

/** A number of bytes: an integer, or text such as `2mb` (b, kb, mb, gb; 1024-based; no inner space). */
export type ByteSize = number | string

/**
 * Reads a byte size (APP-3).
 *
 * @param size integer ≥ 0, or digits directly followed by a unit
 * @returns the number of bytes, or `null` when the text is not a size
 */
export function parseByteSize(size: unknown): number | null {
  if (typeof size === 'number') return Number.isSafeInteger(size) && size >= 0 ? size : null
  if (typeof size !== 'string') return null
  const match = SIZE.exec(size.trim())
  const unit = UNITS.get(match?.[2]?.toLowerCase() ?? '')
  if (match?.[1] === undefined || unit === undefined) return null
  const bytes = Number(match[1]) * unit
  return Number.isSafeInteger(bytes) ? bytes : null
}
