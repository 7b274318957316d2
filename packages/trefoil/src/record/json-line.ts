import { describeError, isError, tagOf } from './describe-error.ts'

/**
 * One line of JSON that is safe to show. Values without a JSON form are named, those JSON leaves
 * out are left out; nothing in them makes this throw.
 */
export function jsonLine(members: Iterable<readonly [name: string, value: unknown]>): string {
  const texts: string[] = []
  for (const [name, value] of members) {
    const text = jsonOf(value)
    if (text !== undefined) texts.push(`${JSON.stringify(name)}:${text}`)
  }
  return `{${texts.join(',')}}`.replace(UNSAFE, escaped)
}

function jsonOf(value: unknown): string | undefined {
  try {
    // An error may have a `toJSON` of its own, which knows nothing of causes.
    return JSON.stringify(isError(value) ? describeError(value) : value, inJson)
  } catch {
    return JSON.stringify(tagOf(value))
  }
}

function inJson(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return isError(value) ? describeError(value) : value
}

/**
 * What JSON allows in text and a terminal or a viewer acts on: DEL and the C1 controls (U+009B
 * begins a command to a terminal), line and paragraph separators (which read as another record),
 * and the marks that turn the direction of writing (which let a line read as another one).
 */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
