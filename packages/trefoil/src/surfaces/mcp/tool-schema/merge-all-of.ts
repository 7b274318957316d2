import { isRecord } from '../../../base/plain/is-record.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { WORDS } from './choices.ts'
import { schemasAt } from './read-keyword.ts'

/** Keywords that look at others beside them: joined with strangers they would mean something else. */
const LOOKS_ROUND: ReadonlySet<string> = new Set([
  ...['additionalProperties', 'unevaluatedProperties', 'items', 'prefixItems', 'additionalItems'],
  ...['contains', 'minContains', 'maxContains', 'unevaluatedItems', 'if', 'then', 'else', '$ref'],
])

/**
 * One schema of what `allOf` lists, as far as its parts say different things: OpenAI and Gemini know no
 * `allOf`. Objects that are closed are opened: each would refuse the other's members.
 *
 * @returns a schema with the parts that do not fit left in its `allOf`
 */
export function mergeAllOf(schema: JsonSchema): JsonSchema {
  const { allOf: _, ...own } = schema
  const rest: unknown[] = []
  let merged: JsonSchema = own
  for (const part of schemasAt(schema, 'allOf')) {
    const joined = isRecord(part) ? join(merged, mergeAllOf(part)) : null
    if (joined !== null) merged = joined
    // `true` says nothing.
    else if (part !== true) rest.push(part)
  }
  return rest.length === 0 ? merged : { ...merged, allOf: rest }
}

function join(left: JsonSchema, right: JsonSchema): JsonSchema | null {
  const made: Record<string, unknown> = { ...left }
  const isObjects = 'properties' in left && 'properties' in right
  if (isObjects) delete made['additionalProperties']
  for (const [keyword, value] of Object.entries(right)) {
    if (isObjects && keyword === 'additionalProperties') continue
    if (!(keyword in left)) {
      if (LOOKS_ROUND.has(keyword) && Object.keys(left).some((other) => !WORDS.has(other))) {
        return null
      }
      made[keyword] = value
    } else if (!WORDS.has(keyword)) {
      const both = joinKeyword(keyword, left[keyword], value)
      if (both === undefined) return null
      made[keyword] = both
    }
  }
  return made
}

/** @returns `undefined` where no one value says both */
function joinKeyword(keyword: string, left: unknown, right: unknown): unknown {
  if (keyword === 'required' && Array.isArray(left) && Array.isArray(right)) {
    return [...left, ...right]
  }
  if (keyword === 'properties' && isRecord(left) && isRecord(right)) {
    const members = Object.entries(right).map(([name, member]) => {
      return [name, Object.hasOwn(left, name) ? { allOf: [left[name], member] } : member]
    })
    return { ...left, ...Object.fromEntries(members) }
  }
  if (keyword === 'type' && left !== right) {
    const isNumber = [left, right].every((kind) => kind === 'integer' || kind === 'number')
    return isNumber ? 'integer' : undefined
  }
  return JSON.stringify(left) === JSON.stringify(right) ? left : undefined
}
