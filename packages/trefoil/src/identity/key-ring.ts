import { equalBytes } from '../base/constant-time.ts'
import { freezeClass } from '../base/plain/freeze-class.ts'
import { isRecord } from '../base/plain/is-record.ts'
import { revealed, type Secret } from '../base/secret.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'
import { valueKind } from '../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'

/** A secret: text (its UTF-8 bytes) or bytes, or a {@link Secret} of either. */
export type KeyMaterial = string | Uint8Array | Secret<string> | Secret<Uint8Array>

/** A key of a ring, as a verdict remembers it. */
export interface RingKey {
  readonly bytes: Uint8Array
  /** True, for good, once the ring no longer has it: verdicts that rest on it are over. */
  retired: boolean
}

/** Refuses a key that whoever uses the ring could not verify with. */
type KeyRule = (key: Uint8Array) => void

/** The keys of a ring, the signing one first. For the rooms of the framework: no door leads here. */
export let ringKeys: (ring: KeyRing) => readonly RingKey[]

/** Holds a ring, now and with every {@link KeyRing.replace}, to what its user needs of keys. */
export let holdRingTo: (ring: KeyRing, rule: KeyRule) => void

let isRing: (value: object) => value is KeyRing

/**
 * The key that signs, and older ones that still verify during a rotation. It is live: everything that
 * was given the ring goes by what {@link KeyRing.replace} puts into it. It prints no keys.
 */
export class KeyRing {
  #keys: readonly RingKey[]
  #version = 1
  readonly #rules: KeyRule[] = []

  static {
    ringKeys = (ring) => ring.#keys
    holdRingTo = (ring, rule) => {
      for (const { bytes } of ring.#keys) rule(bytes)
      ring.#rules.push(rule)
    }
    isRing = (value): value is KeyRing => #rules in value
  }

  /** Use {@link keyRing}. */
  constructor(keys: readonly Uint8Array[]) {
    this.#keys = keys.map((bytes) => ({ bytes, retired: false }))
    Object.freeze(this)
  }

  /** The key that signs: a copy of it. */
  get current(): Uint8Array {
    return (this.#keys[0] as RingKey).bytes.slice()
  }

  /** Keys that still verify: copies of them. */
  get previous(): readonly Uint8Array[] {
    return Object.freeze(this.#keys.slice(1).map(({ bytes }) => bytes.slice()))
  }

  /** Begins at 1, and counts up with every {@link KeyRing.replace}. */
  get version(): number {
    return this.#version
  }

  /**
   * Puts other keys in. Those that are in it no longer verify nothing from now on, nor does any verdict
   * that was remembered for them.
   *
   * @param current signs and verifies
   * @param previous still verify, in any iterable but text; default: none
   * @throws ImproperlyConfigured, changing nothing, for an empty key, and for one that is too weak for
   * what uses the ring
   */
  replace(current: KeyMaterial, previous: Iterable<KeyMaterial> = []): void {
    const wanted = readKeys('replace()', current, previous)
    for (const rule of this.#rules) for (const bytes of wanted) rule(bytes)
    const before = this.#keys
    this.#keys = wanted.map(
      (bytes) => before.find((key) => equalBytes(key.bytes, bytes)) ?? { bytes, retired: false },
    )
    for (const key of before) if (!this.#keys.includes(key)) key.retired = true
    this.#version++
  }

  toJSON(): object {
    return { keys: this.#keys.length, version: this.#version }
  }
}

// The inspector (console.log) looks past toJSON, and would call the getters where it is asked to.
Object.defineProperty(KeyRing.prototype, Symbol.for('nodejs.util.inspect.custom'), {
  value(this: KeyRing): object {
    return this.toJSON()
  },
})

// A `replace` put on the prototype would hear every key of the process.
freezeClass(KeyRing)

/**
 * Makes a key ring.
 *
 * @param current signs and verifies
 * @param previous still verify, in any iterable but text; drop one when nothing signed with it can be
 * alive. Default: none
 * @throws ImproperlyConfigured for an empty key, and for anything but a list of previous ones
 */
export function keyRing(current: KeyMaterial, previous: Iterable<KeyMaterial> = []): KeyRing {
  return new KeyRing(readKeys('keyRing()', current, previous))
}

/**
 * Keys of an option: a ring, or one that is alone in it.
 *
 * @throws ImproperlyConfigured naming the option; never what the key is (FND-38)
 */
export function readKeyRing(option: string, keys: unknown): KeyRing {
  return isKeyRing(keys) ? keys : new KeyRing([readKey(option, keys)])
}

/** True for a ring; false for anything that only looks like one. */
export function isKeyRing(value: unknown): value is KeyRing {
  return typeof value === 'object' && value !== null && isRing(value)
}

/**
 * The keys of signed cookies (COOK-3).
 *
 * @throws ImproperlyConfigured for an empty one: with it anybody could sign
 */
export function cookieKeys(where: string, keys: KeyMaterial | KeyRing): KeyRing {
  if (isEmpty(revealed(keys)))
    throw new ImproperlyConfigured('Signed cookie secrets must not be empty')
  return readKeyRing(where, keys)
}

function isEmpty(key: unknown): boolean {
  return (typeof key === 'string' || key instanceof Uint8Array) && key.length === 0
}

/** Each key once, the signing one first. */
function readKeys(where: string, current: unknown, previous: unknown): readonly Uint8Array[] {
  const keys = [readKey(`${where}: the current key`, current)]
  let count = 0
  for (const key of readList(where, previous)) {
    count++
    const bytes = readKey(`${where}: previous key ${count}`, key)
    if (!keys.some((known) => equalBytes(known, bytes))) keys.push(bytes)
  }
  return keys
}

/** Text and bytes can be gone through too: they would be read as a list of keys of one letter each. */
function readList(where: string, previous: unknown): Iterable<unknown> {
  const isList =
    (isRecord(previous) || Array.isArray(previous)) &&
    !(previous instanceof Uint8Array) &&
    typeof (previous as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function'
  if (!isList) {
    throw new ImproperlyConfigured(
      `${where}: previous keys must be a list, got ${valueKind(previous)}`,
    )
  }
  // What is in it is looked at by `readKey`.
  return previous as unknown as Iterable<unknown>
}

/** A copy: whoever holds the array could change the key under everything that was checked. */
function readKey(where: string, given: unknown): Uint8Array {
  const key = revealed(given)
  const bytes = typeof key === 'string' ? new TextEncoder().encode(key) : key
  if (bytes instanceof Uint8Array && bytes.length > 0) return Uint8Array.from(bytes)
  // Where it is undefined or empty, a variable was not set where the app runs.
  const isUnset = key === undefined || key === null || isEmpty(key)
  const hint = isUnset ? '; is the variable that it comes from set?' : ''
  const kind = key instanceof Uint8Array ? 'no bytes' : valueKind(key)
  throw new ImproperlyConfigured(`${where} must be non-empty text or bytes, got ${kind}${hint}`)
}

/** A ring or a secret, as an option: looked into, and refused, by what makes keys of it. */
export const keyOption: OptionKind<KeyMaterial | KeyRing> = {
  words: 'text',
  fromText: (value) => ({ value }),
  read: (value) => ({ value: value as KeyMaterial | KeyRing }),
}
