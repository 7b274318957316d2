import { findDuplicateKey } from './duplicate-key.ts'
import { nestsTooDeep } from './json-depth.ts'
import { pointerStep } from './json-pointer.ts'
import { syntaxFault } from './json-syntax.ts'

/** What is read of JSON. */
export interface StrictJsonLimits {
  /** Levels of arrays and objects. Default {@link MAX_JSON_DEPTH} (HTTP-6). */
  readonly maxDepth?: number
  /** Members of one object. Default {@link MAX_JSON_MEMBERS} (HTTP-6). */
  readonly maxMembers?: number
}

/** What a document was refused for. */
export type JsonCause =
  | 'byte order mark'
  | 'encoding'
  | 'syntax'
  | 'depth'
  | 'members'
  | 'duplicate key'
  | 'reserved key'
  | 'surrogate'
  | 'number'

/** Why a document was refused. */
export interface JsonFault {
  readonly cause: JsonCause
  /** Safe to show to the caller. */
  readonly reason: string
  /** JSON Pointer to the offence; empty for the whole document, or where it cannot be told. */
  readonly at: string
}

export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | ({ readonly ok: false } & JsonFault)

/** Levels that are read unless said otherwise (HTTP-6). */
export const MAX_JSON_DEPTH = 32

/**
 * The largest limit of levels: what is read is walked by code that calls itself (schemas, freezing),
 * and what lies deeper cannot be hashed for an approval (`canonical-json.ts`).
 */
export const LARGEST_JSON_DEPTH = 128

/** Members of one object that are read unless said otherwise (HTTP-6). */
export const MAX_JSON_MEMBERS = 1000

// A byte order mark is kept, to be refused like any other text before the document (RFC 8259 §8.1).
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Parses strictly what arrived as bytes; never throws. */
export function readStrictJson(bytes: Uint8Array, limits?: StrictJsonLimits): StrictJson {
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return refused('encoding', 'not UTF-8')
  }
  return parseStrictJson(text, limits)
}

/**
 * JSON from outside, with everything refused that two readers could understand differently (HTTP-7):
 * duplicate keys, integers a double cannot hold, lone surrogates, the keys that reach prototypes, and
 * nesting without end. Never throws.
 */
export function parseStrictJson(text: string, limits: StrictJsonLimits = NO_LIMITS): StrictJson {
  const { maxDepth = MAX_JSON_DEPTH, maxMembers = MAX_JSON_MEMBERS } = limits
  if (opensTooDeep(text, maxDepth)) {
    return refused('depth', tooDeep(maxDepth), '/0'.repeat(maxDepth))
  }
  if (nestsTooDeep(text, maxDepth)) return refused('depth', tooDeep(maxDepth))
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    const cause = text.startsWith('\ufeff') ? 'byte order mark' : 'syntax'
    return refused(cause, `not valid JSON: ${syntaxFault(text)}`)
  }
  const walk = new Walk(maxDepth, maxMembers, mayHoldHalves(text))
  const reason = walk.visit(value, 0)
  if (reason !== null) return refused(walk.cause, reason, walk.at)
  // A parser keeps only the last of two equal keys, so the tree then has fewer members than
  // the text. An attacker uses that gap to show one value to a filter and another to us.
  if (hasMoreMembers(text, walk.members)) {
    return refused('duplicate key', 'duplicate object key', findDuplicateKey(text, maxDepth))
  }
  return { ok: true, value }
}

const NO_LIMITS: StrictJsonLimits = {}

/** Limits for a document that has so many levels round what the limits are meant for. */
export function deeper(limits: StrictJsonLimits, levels: number): StrictJsonLimits {
  return { ...limits, maxDepth: (limits.maxDepth ?? MAX_JSON_DEPTH) + levels }
}

function refused(cause: JsonCause, reason: string, at = ''): StrictJson {
  return { ok: false, cause, reason, at }
}

/** True for a document that begins with too many `[`: told at once, and where. */
function opensTooDeep(text: string, maxDepth: number): boolean {
  return text.charCodeAt(maxDepth) === OPENING && text.startsWith('['.repeat(maxDepth + 1))
}

/** Half a character comes out of a parser only where the text has one, or spells one. */
function mayHoldHalves(text: string): boolean {
  return !text.isWellFormed() || (text.includes('\\') && text.includes('\\u'))
}

/** Small enough for the engine to make one loop of it: it looks at every value of every body. */
class Walk {
  members = 0
  /** Where the offence is, put together on the way back from it: a good document pays nothing. */
  at = ''
  cause: JsonCause = 'syntax'
  readonly #maxDepth: number
  readonly #maxMembers: number
  readonly #halves: boolean

  /** @param halves whether a text or a key can hold a lone surrogate */
  constructor(maxDepth: number, maxMembers: number, halves: boolean) {
    this.#maxDepth = maxDepth
    this.#maxMembers = maxMembers
    this.#halves = halves
  }

  visit(value: unknown, depth: number): string | null {
    if (typeof value !== 'object') return this.#isPlain(value) ? null : this.#reasonOf(value)
    return value === null ? null : this.#nested(value, depth)
  }

  #isPlain(value: unknown): boolean {
    if (typeof value === 'number') return Math.abs(value) <= Number.MAX_SAFE_INTEGER
    return !this.#halves || typeof value !== 'string' || value.isWellFormed()
  }

  #nested(value: object, depth: number): string | null {
    if (depth === this.#maxDepth) return this.#refuse('depth', tooDeep(depth))
    return Array.isArray(value) ? this.#items(value, depth + 1) : this.#members(value, depth + 1)
  }

  #items(items: readonly unknown[], depth: number): string | null {
    for (let index = 0; index < items.length; index++) {
      const item = items[index]
      if (typeof item !== 'object' && this.#isPlain(item)) continue
      const reason = this.visit(item, depth)
      if (reason !== null) {
        this.at = `/${index}${this.at}`
        return reason
      }
    }
    return null
  }

  #members(object: object, depth: number): string | null {
    let own = 0
    // Every own key of a parsed object is enumerable, `__proto__` included.
    for (const key in object) {
      // Objects this wide turn into dictionaries, and every later look at them is slow.
      if (++own > this.#maxMembers) {
        return this.#refuse('members', `an object with more than ${this.#maxMembers} members`)
      }
      // Merged into another object by careless code, these keys change every object.
      if (key === '__proto__' || key === 'constructor') {
        this.at = pointerStep(key)
        return this.#refuse('reserved key', `the key "${key}" is not accepted`)
      }
      if (this.#halves && !key.isWellFormed()) return this.#refuse('surrogate', HALF)
      const value = (object as Record<string, unknown>)[key]
      if (typeof value !== 'object' && this.#isPlain(value)) continue
      const reason = this.visit(value, depth)
      if (reason !== null) {
        this.at = pointerStep(key) + this.at
        return reason
      }
    }
    this.members += own
    return null
  }

  /** Why a text or a number is refused. */
  #reasonOf(value: unknown): string {
    if (typeof value !== 'number') return this.#refuse('surrogate', HALF)
    if (!Number.isFinite(value)) return this.#refuse('number', 'a number too large to hold')
    // Rounded silently, 9007199254740993 would be approved as one order and run as another. Beyond
    // the limit no number has a fraction.
    return this.#refuse('number', 'an integer beyond 2^53-1; send it as text')
  }

  #refuse(cause: JsonCause, reason: string): string {
    this.cause = cause
    return reason
  }
}

const HALF = 'text with a lone surrogate'

function tooDeep(maxDepth: number): string {
  return `nested deeper than ${maxDepth} levels`
}

const SPACE = 0x20
const QUOTE = 0x22
const COLON = 0x3a
const OPENING = 0x5b
const BACKSLASH = 0x5c

/**
 * True when valid JSON has more members than were found in its value. First all colons are counted
 * that can end a key, which stand behind a quote or white space: never too few, and the engine finds
 * them many times faster than a loop does. Only a text with such colons in its strings is looked
 * through character by character.
 */
function hasMoreMembers(text: string, members: number): boolean {
  let most = 0
  for (let at = text.indexOf(':'); at !== -1; at = text.indexOf(':', at + 1)) {
    const before = text.charCodeAt(at - 1)
    if (before === QUOTE || before <= SPACE) most++
  }
  return most !== members && countMembers(text) !== members
}

/** Counts the colons outside strings: in valid JSON, exactly one per object member. */
function countMembers(text: string): number {
  let members = 0
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit === COLON) members++
    else if (unit === QUOTE) {
      for (index++; text.charCodeAt(index) !== QUOTE; index++) {
        if (text.charCodeAt(index) === BACKSLASH) index++
      }
    }
  }
  return members
}
