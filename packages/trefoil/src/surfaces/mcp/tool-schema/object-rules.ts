import { isRecord } from '../../../base/plain/is-record.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { isAnything, type Rewrite } from './choices.ts'
import { countAt, namesAt } from './read-keyword.ts'
import { NO_RULES, type Reader, type Rules } from './reader.ts'

/** More keys than that are not written out one by one. */
const MAX_KEYS = 32

/**
 * What is said about an object. `propertyNames` and `patternProperties` are refused by Gemini and
 * OpenAI; keys that are listed become members. An answer's object is open: that nothing else leaves is
 * the server's affair, and closed parts refuse each other's members.
 */
export function objectRules(schema: JsonSchema, reader: Reader, rewrite: Rewrite): Rules {
  const { side } = reader
  const { declared, others } = membersOf(schema)
  const named = namesAt(schema, 'required')
  const members = declared.flatMap(([name, member]): [string, JsonSchema][] => {
    const made = rewrite(member)
    // What nothing fits is never there; draft 7 clients take no `false` for a member.
    if (made === null) return []
    // Absent, ajv takes what every object inherits (`constructor`) for it, and refuses that.
    const isInherited = side === 'output' && name in Object.prototype && !named.includes(name)
    return [[name, isInherited ? {} : made]]
  })
  const properties = Object.fromEntries(members)
  const required = named.filter(
    // A member that may be anything may be `undefined` too, which JSON leaves out.
    (name) => side === 'input' || !isLoose(properties, name),
  )
  const additional = additionalOf(others, schema, reader, rewrite)
  const [minProperties, maxProperties] = ['minProperties', 'maxProperties'].map((keyword) => {
    return side === 'input' ? countAt(schema, keyword) : null
  })
  if (members.length === 0 && required.length === 0 && additional === undefined) return NO_RULES
  const keywords = {
    ...(members.length === 0 ? {} : { properties }),
    ...(required.length === 0 ? {} : { required }),
    ...(additional === undefined ? {} : { additionalProperties: additional }),
    ...(minProperties == null ? {} : { minProperties }),
    ...(maxProperties == null ? {} : { maxProperties }),
  }
  return { keywords, hints: [] }
}

function isLoose(properties: Readonly<Record<string, JsonSchema>>, name: string): boolean {
  const member = Object.hasOwn(properties, name) ? properties[name] : undefined
  return member !== undefined && isAnything(member)
}

interface Members {
  readonly declared: readonly (readonly [string, unknown])[]
  /** Schema of the members that have no name. */
  readonly others: unknown
}

function membersOf(schema: JsonSchema): Members {
  const { properties, additionalProperties: others, propertyNames } = schema
  const declared = isRecord(properties) ? Object.entries(properties) : []
  const keys = isRecord(propertyNames) ? namesAt(propertyNames, 'enum') : []
  if (declared.length > 0 || keys.length === 0 || keys.length > MAX_KEYS)
    return { declared, others }
  return { declared: keys.map((key) => [key, others]), others: false }
}

function additionalOf(
  others: unknown,
  schema: JsonSchema,
  { side }: Reader,
  rewrite: Rewrite,
): JsonSchema | false | undefined {
  // Members that it is not about would be held to it.
  if (others === undefined || 'patternProperties' in schema) return undefined
  const made = rewrite(others)
  if (made === null) return side === 'input' ? false : undefined
  return isAnything(made) ? undefined : made
}
