import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { pointerStep } from '../../base/json/json-pointer.ts'

/** Any Standard Schema: zod, valibot, arktype… */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>

/** What a schema takes. */
export type InputOf<S extends Schema> = StandardSchemaV1.InferInput<S>
/** What a schema gives. */
export type OutputOf<S extends Schema> = StandardSchemaV1.InferOutput<S>

export type SchemaResult = StandardSchemaV1.Result<unknown>
export type SchemaIssue = StandardSchemaV1.Issue

/** A JSON Schema document (2020-12). */
export type JsonSchema = Readonly<Record<string, unknown>>

const TARGET = { target: 'draft-2020-12' } as const

export function isSchema(value: unknown): value is Schema {
  return (
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    typeof (value as Partial<Schema>)['~standard']?.validate === 'function'
  )
}

/**
 * The JSON Schema of what a caller sends (`input`) or receives (`output`), from the schema
 * itself, so that what is advertised is what is accepted (W-33).
 *
 * @param libraryOptions for the one library that knows them; others ignore them
 * @returns `null` when the library offers no JSON Schema
 * @throws whatever the library throws for a type JSON cannot express
 */
export function jsonSchemaOf(
  schema: Schema,
  side: 'input' | 'output',
  libraryOptions?: Readonly<Record<string, unknown>>,
): JsonSchema | null {
  const standard: Partial<StandardJSONSchemaV1.Props> = schema['~standard']
  const converter = standard.jsonSchema
  if (converter === undefined) return null
  const { $schema: _dialect, ...document } = converter[side]({ ...TARGET, libraryOptions })
  return document
}

/** JSON Pointer (RFC 6901) of a schema issue; empty for the value itself. */
export function issuePointer(issue: SchemaIssue): string {
  let pointer = ''
  for (const part of issue.path ?? []) {
    const key = typeof part === 'object' ? part.key : part
    pointer += pointerStep(String(key))
  }
  return pointer
}
