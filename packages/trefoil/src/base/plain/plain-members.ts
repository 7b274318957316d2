/** Thrown for a value with no canonical text; `message` names what it was. */
export class NotCanonical extends TypeError {}

/**
 * Members of a plain object, each read once. Refused is whatever would be in the value and in no text
 * of it: accessors, which give another value whenever they are asked, symbols, members that are not
 * enumerable, and what an instance of a class keeps elsewhere.
 *
 * @throws NotCanonical
 */
export function plainMembers(value: object): [name: string, member: unknown][] {
  const prototype: unknown = Object.getPrototypeOf(value)
  // A boxed number, or a date, whose prototype was changed looks like any object.
  const isPlain = prototype === Object.prototype || prototype === null
  if (!isPlain || Object.prototype.toString.call(value) !== '[object Object]') {
    throw new NotCanonical(`a ${nameOf(value)} has no JSON form`)
  }
  return Reflect.ownKeys(value).map((key) => {
    const member = dataOf(value, key)
    return [key as string, member]
  })
}

/**
 * Items of a list, each read once; holes are `undefined`.
 *
 * @throws NotCanonical for a list of a class of its own, and one with members beside its items
 */
export function plainItems(list: readonly unknown[]): unknown[] {
  if (Object.getPrototypeOf(list) !== Array.prototype) {
    throw new NotCanonical(`a ${nameOf(list)} has no JSON form`)
  }
  const items = new Array<unknown>(list.length).fill(undefined)
  for (const key of Reflect.ownKeys(list)) {
    if (key === 'length') continue
    const index = typeof key === 'string' ? Number(key) : -1
    if (!(index in items) || String(index) !== key) {
      throw new NotCanonical('a list with members has no JSON form')
    }
    items[index] = dataOf(list, key)
  }
  return items
}

function dataOf(value: object, key: string | symbol): unknown {
  const member = Object.getOwnPropertyDescriptor(value, key)
  if (typeof key === 'symbol' || member?.enumerable !== true || !('value' in member)) {
    throw new NotCanonical(`a member that is no plain value ('${String(key)}') has no JSON form`)
  }
  return member.value
}

/** Milliseconds of a date of the language's own class, by its own methods: others can be replaced. */
export function plainTime(date: Date): number {
  if (Object.getPrototypeOf(date) !== Date.prototype || Reflect.ownKeys(date).length > 0) {
    throw new NotCanonical('a date of another class, or with members, has no JSON form')
  }
  let time: number
  try {
    time = Date.prototype.getTime.call(date)
  } catch {
    throw new NotCanonical('what looks like a date has no JSON form')
  }
  if (Number.isNaN(time)) throw new NotCanonical('an invalid date has no JSON form')
  return time
}

/**
 * A copy of bytes, by what they hold and not by their members, which no copy has. A `Buffer` of node's
 * is bytes; other classes made of `Uint8Array` may mean more.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  const prototype: unknown = Object.getPrototypeOf(bytes)
  if (prototype !== Uint8Array.prototype && prototype !== BUFFER) {
    throw new NotCanonical(`a ${nameOf(bytes)} has no JSON form`)
  }
  try {
    return new Uint8Array(bytes)
  } catch {
    throw new NotCanonical('what looks like bytes has no JSON form')
  }
}

/** Prototype of `Buffer`; `undefined` where there is none. Not the global, which a worker has not. */
const BUFFER: unknown = globalThis.process?.getBuiltinModule?.('node:buffer')?.Buffer.prototype

function nameOf(value: object): string {
  try {
    const { name } = value.constructor
    return typeof name === 'string' && name !== '' ? name : 'class instance'
  } catch {
    return 'class instance'
  }
}
