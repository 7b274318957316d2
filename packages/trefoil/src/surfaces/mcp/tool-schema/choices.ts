import { isRecord } from '../../../base/plain/is-record.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { schemasAt } from './read-keyword.ts'

/** Rewrites a part of a schema; `null` where nothing fits it. */
export type Rewrite = (part: unknown) => JsonSchema | null

/** Say nothing about which values fit. */
export const WORDS: ReadonlySet<string> = new Set([
  ...['title', 'description', 'default', 'examples', 'deprecated'],
])

/** True where a schema refuses nothing. */
export function isAnything(schema: JsonSchema): boolean {
  return Object.keys(schema).every((keyword) => WORDS.has(keyword))
}

/** A schema of what any of these takes. */
export function oneOf(schemas: readonly JsonSchema[]): JsonSchema {
  const flat = schemas.flatMap((schema): readonly JsonSchema[] => {
    const [keyword, second] = Object.keys(schema)
    const isList = keyword === 'anyOf' && second === undefined
    return isList ? schemasAt(schema, 'anyOf').filter(isRecord) : [schema]
  })
  if (flat.some(isAnything)) return {}
  const distinct = [...new Map(flat.map((schema) => [JSON.stringify(schema), schema])).values()]
  const [only, second] = distinct
  return only !== undefined && second === undefined ? only : { anyOf: distinct }
}
