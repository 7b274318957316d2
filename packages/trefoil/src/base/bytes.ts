const KIB = 1024
/** Bytes and their 1024-based multiples. */
export type SizeUnit = 'b' | 'kb' | 'mb' | 'gb'

const BYTES: Readonly<Record<SizeUnit, number>> = {
  b: 1,
  kb: KIB,
  mb: KIB * KIB,
  gb: KIB * KIB * KIB,
}

/**
 * A number of bytes: a whole number and its unit, such as `512b`, `16kb`, `2mb`, `1gb`. Never a bare
 * number (FND-14). Text from a file or a variable becomes one with `size(text)`.
 */
export type ByteSize = `${number}${SizeUnit}`

const SIZE = /^([0-9]+)(b|kb|mb|gb)$/

/**
 * Reads a byte size (APP-3); the case of the unit does not matter.
 *
 * @returns the number of bytes, or `null` when the text is not a size
 */
export function parseByteSize(size: unknown): number | null {
  if (typeof size !== 'string') return null
  const [, count, unit] = SIZE.exec(size.trim().toLowerCase()) ?? []
  if (count === undefined || unit === undefined) return null
  // The pattern lets no other unit through.
  const bytes = Number(count) * BYTES[unit as SizeUnit]
  return Number.isSafeInteger(bytes) ? bytes : null
}
