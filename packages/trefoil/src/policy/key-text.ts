import { createHash } from 'node:crypto'
import { compareCodePoints } from '../base/json/canonical-json.ts'
import { NotCanonical, plainItems, plainMembers, plainTime } from '../base/plain/plain-members.ts'

/** Longer texts are kept as their digest. */
const LONGEST_TEXT = 64
const MAX_DEPTH = 128

/**
 * A text that only this value has: what prints alike (`1` and `'1'`, a date and its ISO text, nothing
 * and `null`, `0` and `-0`) has another, or one caller would be given what another asked for.
 *
 * @throws NotCanonical for what cannot be told apart by its text: bytes, maps, instances of classes
 */
export function keyText(value: unknown): string {
  return write(value, 0)
}

/** The same for use in a key: short, and without what nobody may see in a dump of the memory. */
export function keyPart(value: unknown, isSensitive: boolean): string {
  const text = keyText(value)
  return isSensitive || text.length > LONGEST_TEXT ? digestOf(text) : text
}

/** No text of a value begins like a digest. */
export function digestOf(text: string): string {
  return `#${createHash('sha256').update(text).digest('base64url')}`
}

function write(value: unknown, depth: number): string {
  switch (typeof value) {
    case 'string':
      // Well-formed: a lone surrogate is written as its escape, and stays one text.
      return JSON.stringify(value)
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value)
    case 'bigint':
      return `${value}n`
    case 'boolean':
    case 'undefined':
      return String(value)
    case 'object':
      return value === null ? 'null' : writeObject(value, depth)
    default:
      throw new NotCanonical(`a ${typeof value} has no text of its own`)
  }
}

function writeObject(value: object, depth: number): string {
  if (depth === MAX_DEPTH) throw new NotCanonical(`nested deeper than ${MAX_DEPTH} levels`)
  if (Array.isArray(value)) {
    return `[${plainItems(value)
      .map((item) => write(item, depth + 1))
      .join(',')}]`
  }
  if (value instanceof Date) return `d${plainTime(value)}`
  const members = plainMembers(value)
  members.sort(([left], [right]) => compareCodePoints(left, right))
  return `{${members
    .map(([name, member]) => `${JSON.stringify(name)}:${write(member, depth + 1)}`)
    .join(',')}}`
}
