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
  /** True for a list that is one text with commas (`query(…, { explode: false })`). */
  readonly commas?: boolean
  /**
   * False when nothing need be sent: the schema is optional, has a default, or is nullable. What tools,
   * OpenAPI and the CLI say of it comes from here (FND-11).
   */
  readonly required: boolean
  /**
   * What stands in for an argument that was not sent: `null` for a schema that names it and does
   * not take `undefined` (BIND-8), otherwise `undefined`.
   */
  readonly absent?: null | undefined
  /** True when `null` counts as not sent: the argument is optional, and `null` is no value of its. */
  readonly nullIsAbsent?: boolean
  /** True when it is required only because nothing else could be told of its schema. */
  readonly isAssumedRequired?: boolean
  /** True for what no record, log, error text or example may show. */
  readonly sensitive: boolean
  /** What follows `Mcp-Param-` in the header that MCP clients repeat it in; absent for none. */
  readonly mcpHeader?: string
  readonly description: string | null
}
