import { isRecord } from '../../base/plain/is-record.ts'
import { isJsonType, type JsonType, typeOfValue } from '../../contract/json-schema/types.ts'
import { SCHEMA_BOUNDS, type SchemaWalk } from '../../contract/json-schema/walk.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'

export type Kind = 'any' | JsonType

/** One alternative of a schema. */
export interface Shape {
  readonly kind: Kind
  /** From `enum` and `const`; `null` when every value of the kind will do. */
  readonly values: readonly unknown[] | null
  readonly schema: JsonSchema
}

/** Listed values that count as one schema. */
const VALUES_A_STEP = 100

const ANY: readonly Shape[] = [{ kind: 'any', values: null, schema: {} }]

/**
 * The alternatives of a schema, references and unions followed. A remote chooses the schema,
 * so one that refers to itself without end, or doubles at every step, must not hang this
 * process: it runs out of budget and then accepts any text.
 */
export function shapesOf(schema: unknown, walk: SchemaWalk): readonly Shape[] {
  if (!walk.enter() || !isRecord(schema)) return ANY
  const followed = walk.follow(schema)
  if (followed !== undefined) {
    return followed === null ? ANY : shapesOf(followed.target, followed.walk)
  }
  const { type, allOf, enum: values, anyOf, oneOf } = schema
  const union = anyOf ?? oneOf
  const kinds = (Array.isArray(type) ? type : [type]).filter(isJsonType)
  if (Array.isArray(union)) {
    const found = firstOf(union).flatMap((item) => shapesOf(item, walk))
    // Alternatives that say nothing of the type leave it to what stands beside them.
    if (kinds.length === 0 || found.some(({ kind }) => kind !== 'any')) return found
  }
  if (Array.isArray(values)) {
    // Many arguments may refer to one long list.
    return walk.enter(values.length / VALUES_A_STEP) ? enumerated(values, schema) : ANY
  }
  if ('const' in schema) return enumerated([schema['const']], schema)
  if (kinds.length > 0) return kinds.map((kind) => ({ kind, values: null, schema }))
  if (Array.isArray(allOf)) {
    return (
      firstOf(allOf)
        .map((part) => shapesOf(part, walk))
        .find((part) => part !== ANY) ?? ANY
    )
  }
  return ANY
}

/** As many as may be looked at. */
function firstOf(schemas: readonly unknown[]): readonly unknown[] {
  return schemas.slice(0, SCHEMA_BOUNDS.schemas)
}

function enumerated(values: readonly unknown[], schema: JsonSchema): readonly Shape[] {
  const kinds = new Set(values.map(typeOfValue))
  return [...kinds].map((kind) => ({
    kind,
    values: values.filter((value) => typeOfValue(value) === kind),
    schema,
  }))
}

/** What a value of each kind is called in messages. */
export const EXPECTED: Readonly<Record<Kind, string>> = {
  any: 'anything',
  string: 'text',
  null: 'null',
  boolean: 'true or false',
  integer: 'an integer within ±2^53, such as 10',
  number: 'a number, such as 10 or 2.5',
  array: 'a JSON array, or one flag per item',
  object: 'a JSON object',
}
