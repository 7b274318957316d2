import { isPlain } from '../../base/is-plain.ts'

/**
 * A value as JSON (RESP-1). What would lose its content without a word (a map, a web `Response`,
 * a promise nobody awaited) is refused, at the top and inside; a class of one's own that shows no
 * field is refused at the top only, because inside it may well be empty.
 *
 * @throws TypeError naming the type, and what to return instead
 */
export function toJson(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`Cannot convert a ${typeof value} into a response`)
  if (typeof value !== 'object' || value === null) return text
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== Array.prototype) refuseInstance(value, text)
  // Looking for it costs next to nothing; only then is the value gone through.
  if (text.includes('{}')) refuseInside(value)
  return text
}

function refuseInstance(value: object, text: string): void {
  if (speaksForItself(value) || Array.isArray(value)) return
  if (ArrayBuffer.isView(value) || value instanceof Error) throw unfit(value)
  if (value instanceof Map || value instanceof Set) throw unfit(value)
  if (text === '{}' && !isPlain(value) && Object.keys(value).length === 0) throw unfit(value)
}

function refuseInside(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Array.isArray(value)) {
    for (const item of value) refuseInside(item)
    return
  }
  if (speaksForItself(value)) return
  const members: unknown[] = Object.values(value)
  if (members.length === 0 && tagOf(value) !== 'Object') throw unfit(value)
  for (const member of members) refuseInside(member)
}

function speaksForItself(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function'
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

const HINTS: Readonly<Record<string, string>> = {
  Response: 'return reply(value, { status, headers }), or stream(response.body)',
  Promise: 'await it',
  Map: 'return Object.fromEntries(map)',
  Set: 'return an array, [...set]',
  Generator: 'return an array of what it yields, or stream(…)',
  Blob: 'return its bytes, or stream(blob.stream())',
  File: 'return its bytes, or stream(file.stream())',
}

function unfit(value: object): TypeError {
  const tag = tagOf(value)
  const hint = ArrayBuffer.isView(value)
    ? 'return its bytes as a Uint8Array'
    : value instanceof Error
      ? 'throw it'
      : (HINTS[tag] ?? 'return plain data, or give the class a toJSON()')
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown }
  const type = typeof name === 'string' && name !== '' ? name : tag
  return new TypeError(`Cannot convert '${type}' into a response: ${hint}`)
}
