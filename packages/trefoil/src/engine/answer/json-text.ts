import { isPlain } from '../../base/plain/is-plain.ts'
import { bigintMember } from './bigint-member.ts'
import { isStream } from './stream.ts'

/**
 * A value as JSON (RESP-1), by one rule on every surface and at any depth (FND-3). What would lose
 * its content without a word (a map, a web `Response`, a promise nobody awaited), come out as
 * something else (bytes as an object of numbers), or tell more than was meant (an error its path, a
 * stream its buffer) is refused; a class of one's own that shows no field is refused at the top
 * only, because inside it may well be empty.
 *
 * @throws TypeError naming the type, and what to return instead
 */
export function toJson(value: unknown): string {
  const text = textOf(value)
  if (typeof value === 'object' && value !== null && !isPlainThroughout(value)) {
    return checkedText(value)
  }
  if (text === undefined) throw new TypeError(`Cannot convert a ${typeof value} into a response`)
  return text
}

function textOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch (error) {
    const member = error instanceof TypeError ? bigintMember(value) : null
    if (member === null) throw error
    throw new TypeError(
      `Cannot convert a bigint into a response${member === '' ? '' : `, at '${member}'`}: ` +
        'return its digits, String(value), or declare returns with encoded(…)',
      { cause: error },
    )
  }
}

/**
 * True when nothing in it has to be asked what it is: plain objects, arrays and dates. After the
 * text was made, so that there is no circle in it.
 */
function isPlainThroughout(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) {
    const items = value as readonly unknown[]
    for (let index = 0; index < items.length; index++) {
      const item = items[index]
      if (typeof item === 'object' && item !== null && !isPlainThroughout(item)) return false
    }
    return !('toJSON' in value)
  }
  if (prototype !== Object.prototype && prototype !== null) {
    return prototype === Date.prototype && !Object.hasOwn(value, 'toJSON')
  }
  for (const key in value) {
    const member = (value as Record<string, unknown>)[key]
    if (typeof member === 'object') {
      if (member !== null && !isPlainThroughout(member)) return false
    } else if (typeof member === 'function' && key === 'toJSON') return false
  }
  // One that is not enumerable is asked all the same.
  return !Object.hasOwn(value, 'toJSON')
}

/** Asks everything what it is, before and after it has spoken for itself. */
function checkedText(value: object): string {
  let isTop = true
  const text = JSON.stringify(value, function (this: object, key: string, shown: unknown) {
    const member: unknown = Reflect.get(this, key)
    if (typeof member === 'object' && member !== null) refuseUnfit(member, shown, isTop)
    isTop = false
    if (typeof shown === 'object' && shown !== null && shown !== member) {
      refuseUnfit(shown, shown, false)
    }
    return shown
  }) as string | undefined
  if (text === undefined) throw new TypeError('Cannot convert undefined into a response')
  return text
}

/** @param shown what its `toJSON` gave; itself where it has none */
function refuseUnfit(value: object, shown: unknown, isTop: boolean): void {
  if (isBinary(value) || value instanceof Error) throw unfit(value)
  // It has said what it is.
  if (shown !== value || Array.isArray(value)) return
  const tag = tagOf(value)
  if (value instanceof Map || value instanceof Set || HINTS[tag] !== undefined || isStream(value)) {
    throw unfit(value)
  }
  const isOwn = tag === 'Object' && (!isTop || isPlain(value))
  if (!isOwn && !BOXED.has(tag) && Object.keys(value).length === 0) throw unfit(value)
}

/** Their text is that of what they hold. */
const BOXED: ReadonlySet<string> = new Set(['Number', 'String', 'Boolean'])

function isBinary(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

const HINTS: Readonly<Record<string, string>> = Object.assign(Object.create(null), {
  Response: 'return reply(value, { status, headers }), or stream(response.body)',
  Promise: 'await it',
  Map: 'return Object.fromEntries(map)',
  Set: 'return an array, [...set]',
  Generator: 'return an array of what it yields, or stream(…)',
  Blob: 'return its bytes, or stream(blob.stream())',
  File: 'return its bytes, or stream(file.stream())',
})

function unfit(value: object): TypeError {
  const tag = tagOf(value)
  const { name } = (value.constructor ?? {}) as { readonly name?: unknown }
  const type = typeof name === 'string' && name !== '' ? name : tag
  return new TypeError(`Cannot convert '${type}' into a response: ${hintFor(value, tag)}`)
}

function hintFor(value: object, tag: string): string {
  if (isBinary(value)) return 'return its bytes as a Uint8Array, or base64 text inside an object'
  if (value instanceof Error) return 'throw it'
  const hint = HINTS[tag]
  if (hint !== undefined) return hint
  if (isStream(value)) return 'return it alone, or stream(…), or read it first'
  return 'return plain data, or give the class a toJSON()'
}
