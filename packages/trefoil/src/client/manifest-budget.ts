import { isRecord } from '../base/plain/is-record.ts'

/**
 * What a manifest may be at most. A remote chooses all of it, and everything that reads it later (lists,
 * descriptions, examples, flags) takes time and space by how much there is of it: so it is measured once,
 * at the door, and whatever comes in is small enough for each of them (FND-47). Bytes and time are
 * limited while it is read.
 */
export const MANIFEST_LIMITS = {
  actions: 2000,
  /** Characters of the name of an action, an argument, or any member of a schema. */
  name: 256,
  /** Characters of a title, a description, a path, a pattern, or any other text. */
  text: 10_000,
  /** Characters of a `$ref`, which is followed step by step. */
  reference: 1000,
  /** Levels of objects and arrays within a schema. */
  depth: 64,
  /** Values within the schemas of one action. */
  actionValues: 20_000,
  /** Values within all schemas. */
  values: 500_000,
} as const

/**
 * Measures the actions of a manifest, without recursion: a document of brackets alone is deeper than
 * the stack.
 *
 * @returns what is too much, in words that hold no text of the remote; `null` when nothing is
 */
export function overBudget(actions: readonly unknown[]): string | null {
  const { actions: most, values } = MANIFEST_LIMITS
  if (actions.length > most) return `more than ${most} actions`
  let left: number = values
  for (const [index, action] of actions.entries()) {
    if (!isRecord(action)) continue
    const { name, input_schema, output_schema, ...texts } = action
    const used = measure([input_schema, output_schema, texts], name)
    if (typeof used === 'string') return `action ${index + 1} has ${used}`
    left -= used
    if (left < 0) return `schemas of more than ${values} values`
  }
  return null
}

/** @returns how many values there are, or what is too much */
function measure(roots: readonly unknown[], name: unknown): number | string {
  if (isLong(name, MANIFEST_LIMITS.name)) return tooLong('a name', MANIFEST_LIMITS.name)
  let level: unknown[] = [...roots]
  let count = 0
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MANIFEST_LIMITS.depth) return `a schema nested deeper than ${depth - 1} levels`
    count += level.length
    if (count > MANIFEST_LIMITS.actionValues) {
      return `schemas of more than ${MANIFEST_LIMITS.actionValues} values`
    }
    const next: unknown[] = []
    for (const value of level) {
      if (isLong(value, MANIFEST_LIMITS.text)) return tooLong('a text', MANIFEST_LIMITS.text)
      if (typeof value !== 'object' || value === null) continue
      if (Array.isArray(value)) {
        for (const item of value) next.push(item)
        continue
      }
      for (const [key, member] of Object.entries(value)) {
        if (isLong(key, MANIFEST_LIMITS.name)) return tooLong('a name', MANIFEST_LIMITS.name)
        if (key === '$ref' && isLong(member, MANIFEST_LIMITS.reference)) {
          return tooLong('a reference', MANIFEST_LIMITS.reference)
        }
        next.push(member)
      }
    }
    level = next
  }
  return count
}

function isLong(value: unknown, most: number): boolean {
  return typeof value === 'string' && value.length > most
}

function tooLong(what: string, most: number): string {
  return `${what} of more than ${most} characters`
}

/** Levels of arrays and objects of an answer. Printed with an indent, each costs space of its own. */
export const MAX_ANSWER_DEPTH = 100

/** True when a value has more levels of arrays and objects. */
export function isDeeper(value: unknown, most: number): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; level.length > 0; depth++) {
    const next: unknown[] = []
    for (const each of level) {
      if (typeof each !== 'object' || each === null) continue
      if (depth === most) return true
      for (const member of Object.values(each)) next.push(member)
    }
    level = next
  }
  return false
}
