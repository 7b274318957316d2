import { isPlain } from '../../base/is-plain.ts'

/**
 * A value as JSON (RESP-1), by one rule on every surface and at any depth (FND-3). What would lose
 * its content without a word (a map, a web `Response`, a promise nobody awaited), or would come out
 * as something else (bytes as an object of numbers), is refused; a class of one's own that shows no
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
  // Looking for them costs next to nothing; only then is the value gone through.
  if (hasTrace(text)) refuseInside(value, new Set())
  return text
}

/** How maps and their like, typed arrays, and node's buffers come out of `JSON.stringify`. */
function hasTrace(text: string): boolean {
  return text.includes('{}') || text.includes('{"0":') || text.includes('{"type":"Buffer"')
}

function refuseInstance(value: object, text: string): void {
  if (isBinary(value) || value instanceof Error) throw unfit(value)
  if (speaksForItself(value) || Array.isArray(value)) return
  if (value instanceof Map || value instanceof Set) throw unfit(value)
  if (text === '{}' && !isPlain(value) && Object.keys(value).length === 0) throw unfit(value)
}

/** @param walked what has been looked at: one object may stand in many places */
function refuseInside(value: unknown, walked: Set<object>): void {
  if (typeof value !== 'object' || value === null || walked.has(value)) return
  walked.add(value)
  if (isBinary(value)) throw unfit(value)
  if (Array.isArray(value)) {
    for (const item of value) refuseInside(item, walked)
    return
  }
  if (speaksForItself(value)) return
  const members: unknown[] = Object.values(value)
  if (members.length === 0 && tagOf(value) !== 'Object') throw unfit(value)
  for (const member of members) refuseInside(member, walked)
}

function isBinary(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer
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
  const hint = isBinary(value)
    ? 'return its bytes as a Uint8Array, or base64 text inside an object'
    : value instanceof Error
      ? 'throw it'
      : (HINTS[tag] ?? 'return plain data, or give the class a toJSON()')
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown }
  const type = typeof name === 'string' && name !== '' ? name : tag
  return new TypeError(`Cannot convert '${type}' into a response: ${hint}`)
}
