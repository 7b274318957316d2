import { findDuplicateKey } from './duplicate-key.ts'
import { pointerStep } from './json-pointer.ts'

/**
 * JSON from outside, with everything refused that two readers could understand differently
 * (HTTP-7): duplicate keys, integers a double cannot hold, lone surrogates, the keys that
 * reach prototypes, and nesting without end.
 */
export interface StrictJsonLimits {
  /** Levels of arrays and objects. Default 32 (HTTP-6). */
  readonly maxDepth?: number
}

export type StrictJson =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false
      readonly reason: string
      /** JSON Pointer to the offence; empty for the whole document, or where it cannot be told. */
      readonly at: string
    }

/** Levels that are read unless said otherwise (HTTP-6). */
export const MAX_JSON_DEPTH = 32

/** Members of one object that are read (HTTP-6). */
export const MAX_JSON_KEYS = 1000

/** Parses strictly; never throws. `reason` and `at` are safe to show to the caller. */
export function parseStrictJson(text: string, limits: StrictJsonLimits = {}): StrictJson {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, reason: 'not valid JSON', at: '' }
  }
  const maxDepth = limits.maxDepth ?? MAX_JSON_DEPTH
  const walk = new Walk(maxDepth)
  const reason = walk.visit(value, 0)
  if (reason !== null) return { ok: false, reason, at: walk.at }
  // A parser keeps only the last of two equal keys, so the tree then has fewer members than
  // the text. An attacker uses that gap to show one value to a filter and another to us.
  if (walk.members !== countMembers(text)) {
    return { ok: false, reason: 'duplicate object key', at: findDuplicateKey(text, maxDepth) }
  }
  return { ok: true, value }
}

class Walk {
  members = 0
  /** Where the offence is, put together on the way back from it: a good document pays nothing. */
  at = ''
  readonly #maxDepth: number

  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth
  }

  visit(value: unknown, depth: number): string | null {
    if (typeof value === 'string') {
      return value.isWellFormed() ? null : 'text with a lone surrogate'
    }
    if (typeof value === 'number') return visitNumber(value)
    if (typeof value !== 'object' || value === null) return null
    if (depth === this.#maxDepth) return `nested deeper than ${this.#maxDepth} levels`
    return Array.isArray(value) ? this.#items(value, depth) : this.#members(value, depth)
  }

  #items(items: readonly unknown[], depth: number): string | null {
    for (const item of items) {
      const reason = this.visit(item, depth + 1)
      if (reason !== null) {
        // The first item like this one is this one: an equal one before would have been refused.
        this.at = `/${items.indexOf(item)}${this.at}`
        return reason
      }
    }
    return null
  }

  #members(object: object, depth: number): string | null {
    let own = 0
    // Every own key of a parsed object is enumerable, `__proto__` included.
    for (const key in object) {
      this.members++
      // Objects this wide turn into dictionaries, and every later look at them is slow.
      if (++own > MAX_JSON_KEYS) return `an object with more than ${MAX_JSON_KEYS} members`
      // Merged into another object by careless code, these keys change every object.
      if (key === '__proto__' || key === 'constructor') {
        this.at = pointerStep(key)
        return `the key "${key}" is not accepted`
      }
      if (!key.isWellFormed()) return 'text with a lone surrogate'
      const reason = this.visit((object as Record<string, unknown>)[key], depth + 1)
      if (reason !== null) {
        this.at = pointerStep(key) + this.at
        return reason
      }
    }
    return null
  }
}

function visitNumber(value: number): string | null {
  if (!Number.isFinite(value)) return 'a number too large to hold'
  // Rounded silently, 9007199254740993 would be approved as one order and run as another.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    return 'an integer beyond 2^53-1; send it as text'
  }
  return null
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a

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
