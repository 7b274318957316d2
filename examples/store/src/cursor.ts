const PREFIX = 'o1:'
const POSITION = /^o1:([1-9][0-9]{0,14})$/

/** Opaque text for "after this order". */
export function encodeCursor(number: number): string {
  return Buffer.from(`${PREFIX}${number}`).toString('base64url')
}

/**
 * Reverse of {@link encodeCursor}.
 *
 * @returns the order's number, or `null` for anything that `encodeCursor` did not make
 */
export function decodeCursor(cursor: string): number | null {
  const position = POSITION.exec(Buffer.from(cursor, 'base64url').toString())?.[1]
  if (position === undefined) return null
  const number = Number(position)
  // Buffer skips what is not base64url, so many texts would be one cursor.
  return encodeCursor(number) === cursor ? number : null
}
