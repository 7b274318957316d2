import {
  NotCanonical,
  plainBytes,
  plainItems,
  plainMembers,
  plainTime,
} from '../plain/plain-members.ts'

/**
 * Canonical JSON for hashing (APPR-4…9, W-8): one value has exactly one text.
 *
 * - object members sorted by key in Unicode code-point order, at every level
 * - numbers as ECMAScript prints them (RFC 8785 §3.2.2.3); bigints in plain decimal
 * - strings with minimal escapes; lone surrogates refused
 * - `undefined` members left out, `undefined` elsewhere `null`
 * - dates as ISO text, bytes as base64; anything else that is not plain JSON refused: instances of
 *   classes, accessors, symbols, members of lists beside their items
 *
 * Two values of one type have one text only if they are one JSON. Of two types they may share one: a date
 * and its ISO text, bytes and their base64, a bigint and its number, because other programs know only the
 * text.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0)
}

export { NotCanonical } from '../plain/plain-members.ts'

const MAX_DEPTH = 128

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value)
    case 'number':
      if (!Number.isFinite(value)) throw new NotCanonical(`${value} has no JSON form`)
      return String(value === 0 ? 0 : value)
    case 'boolean':
    case 'bigint':
      return String(value)
    case 'undefined':
      return 'null'
    case 'object':
      return value === null ? 'null' : writeObject(value, depth)
    default:
      throw new NotCanonical(`a ${typeof value} has no JSON form`)
  }
}

function writeObject(value: object, depth: number): string {
  if (depth === MAX_DEPTH) throw new NotCanonical(`nested deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) {
    return `[${plainItems(value)
      .map((item) => write(item, depth + 1))
      .join(',')}]`
  }
  if (value instanceof Date) return writeString(isoText(value))
  if (value instanceof Uint8Array) return `"${base64(plainBytes(value))}"`
  const members = plainMembers(value).filter(([, member]) => member !== undefined)
  members.sort(([left], [right]) => compareCodePoints(left, right))
  return `{${members.map(([key, member]) => `${writeString(key)}:${write(member, depth + 1)}`).join(',')}}`
}

function writeString(text: string): string {
  // Two different lone surrogates would both become U+FFFD bytes: one hash for two values.
  if (!text.isWellFormed()) throw new NotCanonical('text with a lone surrogate has no UTF-8 form')
  return JSON.stringify(text)
}

function isoText(date: Date): string {
  return new Date(plainTime(date)).toISOString().replace('.000Z', 'Z')
}

function base64(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * Code-point order. JavaScript's own comparison is by UTF-16 unit, which puts characters
 * beyond U+FFFF before U+E000…U+FFFF; they differ only where a surrogate meets such a unit.
 */
export function compareCodePoints(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return lift(a) - lift(b)
  }
  return left.length - right.length
}

function lift(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
