import type { ParamSource } from './params.ts'
import type { JsonSchema, Schema } from './schema.ts'

/**
 * How text becomes a value before validation, taken from the JSON Schema: a list of scalar
 * kinds to try in this order, or JSON text (CLI flags only).
 */
export type ScalarKind = 'boolean' | 'integer' | 'number' | 'string'

/** One caller-facing argument, worked out from its declaration when the app compiles. */
export interface ParamSpec {
  /** Argument name on MCP and CLI, member of the approval hash, key in the handler's arguments. */
  readonly name: string
  readonly source: ParamSource
  /** Name on the HTTP wire. */
  readonly wire: string
  /** `null` only for files. */
  readonly schema: Schema | null
  readonly jsonSchema: JsonSchema
  /** Scalar kinds that text is tried as; empty when text is JSON. */
  readonly text: readonly ScalarKind[]
  /** True when text is a list of such scalars: repeated query parameters, repeated flags. */
  readonly list: boolean
  /** False when the schema accepts that nothing was sent: optional, defaulted, or nullable. */
  readonly required: boolean
  /**
   * What stands in for an argument that was not sent: `null` for a schema that accepts it but
   * not `undefined` (BIND-8), otherwise `undefined`.
   */
  readonly absent?: null | undefined
  readonly description: string | null
}
