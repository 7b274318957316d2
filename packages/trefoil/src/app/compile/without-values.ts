import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'

/** Members that are maps from names, which are no keywords, to schemas. */
const MAPS: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
  '$defs',
  'definitions',
])
/** Values that somebody may have been given. */
const VALUES: ReadonlySet<string> = new Set(['default', 'example', 'examples'])
/** Values that are the rule itself. */
const RULES: ReadonlySet<string> = new Set(['enum', 'const', 'required'])

/**
 * The document of a parameter that holds secrets: without examples and defaults, which may be real
 * ones, and marked so that tools hide what is typed.
 */
export function withoutValues(schema: JsonSchema): JsonSchema {
  return { ...stripped(schema), writeOnly: true }
}

function stripped(schema: JsonSchema): JsonSchema {
  const members = Object.entries(schema)
    .filter(([name]) => !VALUES.has(name))
    .map(([name, value]) => {
      if (RULES.has(name)) return [name, value] as const
      if (!MAPS.has(name) || !isRecord(value)) return [name, inside(value)] as const
      const named = Object.entries(value).map(([key, each]) => [key, inside(each)] as const)
      return [name, Object.fromEntries(named)] as const
    })
  return Object.fromEntries(members)
}

function inside(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inside)
  return isRecord(value) ? stripped(value) : value
}
