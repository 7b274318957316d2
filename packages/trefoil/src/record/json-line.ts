import { escapeUnseen } from '../base/unseen-text.ts'
import { describeError, isError, tagOf } from './describe-error.ts'

/**
 * One line of JSON that is safe to show. Values without a JSON form are named, those JSON leaves
 * out are left out; nothing in them makes this throw.
 */
export function jsonLine(members: Iterable<readonly [name: string, value: unknown]>): string {
  const list = [...members]
  // Nearly all lines, at half the price: there is nothing in them that has to be asked what it is.
  if (list.every(([, value]) => isScalar(value))) {
    // Defined and not assigned, so that a field called `__proto__` is printed like any other.
    return escapeUnseen(JSON.stringify(Object.fromEntries(list)))
  }
  const texts: string[] = []
  for (const [name, value] of list) {
    const text = jsonOf(value)
    if (text !== undefined) texts.push(`${JSON.stringify(name)}:${text}`)
  }
  return escapeUnseen(`{${texts.join(',')}}`)
}

/** A value in a line: what has no JSON form is named; `undefined` for what JSON leaves out. */
export function jsonOf(value: unknown): string | undefined {
  try {
    // An error may have a `toJSON` of its own, which knows nothing of causes.
    return JSON.stringify(isError(value) ? describeError(value) : value, inJson)
  } catch {
    return JSON.stringify(tagOf(value))
  }
}

function isScalar(value: unknown): value is string | number | boolean | null {
  if (value === null) return true
  const type = typeof value
  return type === 'string' || type === 'number' || type === 'boolean'
}

function inJson(_name: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return isError(value) ? describeError(value) : value
}
