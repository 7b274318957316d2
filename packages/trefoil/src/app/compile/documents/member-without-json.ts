import type { StandardJSONSchemaV1 } from '@standard-schema/spec'
import {
  isSchema,
  type JsonSchema,
  jsonSchemaOf,
  type Schema,
} from '../../../contract/params/schema.ts'

/** One part of a schema, as the library passes it while it converts the whole. */
export interface SchemaPart {
  readonly zodSchema: unknown
  readonly jsonSchema: JsonSchema
  readonly path: readonly (string | number)[]
}

const CONTENT = ['type', '$ref', 'anyOf', 'oneOf', 'allOf'] as const

/** True for every type with a JSON form; a stand-in for a type without says nothing. */
export function hasContent(schema: JsonSchema): boolean {
  return CONTENT.some((keyword) => keyword in schema)
}

/**
 * Which member of a schema has no JSON form, such as `a[].d`. Schema libraries say only which type
 * it is; of those, zod lets the conversion be watched. Others ignore the request.
 *
 * @param reason what the conversion of the whole schema failed with
 * @returns `null` for the schema itself, and where it cannot be told
 */
export function memberWithoutJson(schema: Schema, reason: string): string | null {
  const standard: Partial<StandardJSONSchemaV1.Props> = schema['~standard']
  const visits: SchemaPart[] = []
  const override = (visit: SchemaPart) => {
    if (!hasContent(visit.jsonSchema)) visits.push({ ...visit })
  }
  const libraryOptions = { unrepresentable: 'any', override }
  try {
    standard.jsonSchema?.input({ target: 'draft-2020-12', libraryOptions })
    const found = visits.find(({ zodSchema }) => failsWith(zodSchema, reason))
    return found === undefined ? null : memberLabel(found.path)
  } catch {
    return null
  }
}

function failsWith(schema: unknown, reason: string): boolean {
  if (!isSchema(schema)) return false
  try {
    jsonSchemaOf(schema, 'input')
    return false
  } catch (error) {
    return error instanceof Error && error.message === reason
  }
}

/** From a path in a JSON Schema to the way one writes it in code. */
export function memberLabel(path: readonly (string | number)[]): string | null {
  let label = ''
  for (let index = 0; index < path.length; index++) {
    const keyword = path[index]
    const next = path[index + 1]
    if (keyword === 'properties') label += `${label === '' ? '' : '.'}${next}`
    if (keyword === 'prefixItems') label += `[${next}]`
    if (keyword === 'items') label += '[]'
    if (keyword === 'additionalProperties') label += label === '' ? '*' : '.*'
    // The name after these is no keyword, even when it reads like one.
    if (typeof next === 'number' || keyword === 'properties') index++
  }
  return label === '' ? null : label
}
