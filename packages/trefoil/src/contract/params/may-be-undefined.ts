import { answeredNow } from '../call/answered-now.ts'
import type { Schema } from './schema.ts'

/**
 * Whether `undefined` comes out of a schema that `undefined` goes into. JSON Schema has no word for it,
 * and JSON leaves such a member out and writes `null` for such an item, so a document that does not say
 * so refuses values that are sent (FND-41).
 *
 * @returns for a schema that answers later, what zod says of it; of other libraries, false
 */
export function mayBeUndefined(schema: Schema): boolean {
  const result = answeredNow(schema, undefined)
  if (result !== null) return result.issues === undefined && result.value === undefined
  const { _zod: inside } = schema as { readonly _zod?: { readonly optout?: unknown } }
  return inside?.optout === 'optional'
}
