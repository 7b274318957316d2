import { isRecord } from '../../base/plain/is-record.ts'
import { isSchema, type Schema } from '../../contract/params/schema.ts'

/** The parts of zod's documented internals (`zod/v4/core`) that are read here. */
interface ZodNode {
  readonly _zod: { readonly def: Readonly<Record<string, unknown>> }
}

/** What says for itself that nothing need be sent, whatever it does with what was sent. */
const OPTIONAL: ReadonlySet<unknown> = new Set(['optional', 'default', 'prefault', 'catch'])
/** A list in a list in a list: deeper than anybody writes, and an end to a schema that is its own start. */
const MAX_DEPTH = 32

/**
 * How a schema begins: `optional` where it says that nothing need be sent; `transform` where code of
 * the developer's comes first, which takes anything and so tells nothing; `unknown` for everything
 * else, and for schemas of other libraries than zod.
 */
export function startOf(schema: unknown, depth = 0): 'optional' | 'transform' | 'unknown' {
  if (!isZodNode(schema) || depth > MAX_DEPTH) return 'unknown'
  const { def } = schema._zod
  const { type } = def
  if (OPTIONAL.has(type)) return 'optional'
  if (type === 'transform') return 'transform'
  if (type === 'union' && Array.isArray(def['options'])) {
    const starts = def['options'].map((option) => startOf(option, depth + 1))
    return starts.includes('optional') ? 'optional' : 'unknown'
  }
  const inner = type === 'nullable' ? def['innerType'] : within(def)
  return inner === undefined ? 'unknown' : startOf(inner, depth + 1)
}

/** The first part of a pipe, which is what a caller's value has to fit; another schema is its own. */
export function headOf(schema: Schema, depth = 0): Schema {
  if (!isZodNode(schema) || depth > MAX_DEPTH) return schema
  const inner = within(schema._zod.def)
  return isSchema(inner) ? headOf(inner, depth + 1) : schema
}

function within(def: ZodNode['_zod']['def']): unknown {
  const { type, in: first, innerType, getter } = def
  if (type === 'pipe') return first
  if (type === 'readonly') return innerType
  return type === 'lazy' && typeof getter === 'function' ? getter() : undefined
}

function isZodNode(value: unknown): value is ZodNode {
  // An object or, in some versions, a callable one.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const { _zod: inside } = value as Partial<ZodNode>
  return isRecord(inside) && isRecord(inside.def)
}
