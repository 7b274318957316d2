import type { StandardJSONSchemaV1, StandardSchemaV1 } from '@standard-schema/spec'
import { deepFreeze } from '../../base/plain/freeze.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { checkRecord } from '../options/option-values.ts'
import {
  type InputOf,
  isSchema,
  type JsonSchema,
  type OutputOf,
  type Schema,
} from '../params/schema.ts'
import { encoderOf, validatorOf } from '../params/validate.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'

/** Options of {@link returning}. */
export interface ReturningOptions {
  /** JSON Schema of what is sent, for schemas that have none. */
  readonly jsonSchema: JsonSchema
}

/** A schema that knows its way back. zod's do, from 4.1 on; those of `zod/mini` do not. */
export interface TwoWaySchema extends Schema {
  readonly safeEncode: (value: never) => unknown
  readonly safeEncodeAsync: (value: never) => Promise<unknown>
}

/** A schema used the way back: what it usually gives goes in, what it usually takes comes out. */
export interface EncodedSchema<Input, Output> extends Schema<Input, Output> {
  readonly [ENCODES]: Schema
}

const ENCODES: unique symbol = Symbol('trefoil.encodes')
const OPTIONS: OptionNames<ReturningOptions> = { jsonSchema: true }

/**
 * For `returns`: the handler returns what the schema decodes *to* (a `Date`, a bigint), and it is
 * encoded before it is sent. What is documented is what is sent.
 *
 * @throws ImproperlyConfigured for a schema that cannot encode
 */
export function encoded<S extends TwoWaySchema>(
  schema: S,
  options?: ReturningOptions,
): EncodedSchema<OutputOf<S>, InputOf<S>> {
  if (!isSchema(schema)) {
    throw new ImproperlyConfigured('encoded() takes a schema, such as z.object({ at: isoDate })')
  }
  const { vendor, ...standard } = schema['~standard'] as Partial<StandardJSONSchemaV1.Props> &
    StandardSchemaV1.Props
  if (!isTwoWay(schema)) {
    throw new ImproperlyConfigured(
      `encoded() takes a schema that can encode: zod 4.1 or later, not zod/mini. This one is of ` +
        `'${vendor}'; return what is sent instead, and describe that with returns`,
    )
  }
  const { jsonSchema } = standard
  const converter =
    options !== undefined
      ? fixedConverter('encoded()', options)
      : jsonSchema && {
          input: (target: StandardJSONSchemaV1.Options) => jsonSchema.output(target),
          output: (target: StandardJSONSchemaV1.Options) => jsonSchema.input(target),
        }
  return deepFreeze({
    [ENCODES]: schema,
    '~standard': {
      version: 1 as const,
      vendor,
      validate: encoderOf(schema) as Validate<InputOf<S>>,
      ...(converter !== undefined && { jsonSchema: converter }),
    },
  })
}

/**
 * For `returns`: a schema with a JSON Schema, where its library offers none or has none for it.
 * Nobody checks that the two agree.
 */
export function returning<S extends Schema>(
  schema: S,
  options: ReturningOptions,
): Schema<InputOf<S>, OutputOf<S>> {
  if (!isSchema(schema)) {
    throw new ImproperlyConfigured('returning() takes a Standard Schema, such as z.bigint()')
  }
  const { vendor } = schema['~standard']
  return deepFreeze({
    '~standard': {
      version: 1 as const,
      vendor,
      validate: validatorOf(schema) as Validate<OutputOf<S>>,
      jsonSchema: fixedConverter('returning()', options),
    },
  })
}

export function isTwoWay(schema: Schema): schema is TwoWaySchema {
  const { safeEncode, safeEncodeAsync } = schema as Partial<TwoWaySchema>
  return typeof safeEncode === 'function' && typeof safeEncodeAsync === 'function'
}

/** The schema that is used the way back; `null` for any other. */
export function encodedFrom(schema: Schema): Schema | null {
  return ENCODES in schema ? (schema as EncodedSchema<unknown, unknown>)[ENCODES] : null
}

type Validate<Value> = StandardSchemaV1.Props<unknown, Value>['validate']

function fixedConverter(where: string, options: ReturningOptions): StandardJSONSchemaV1.Converter {
  checkRecord(`${where}: options`, options)
  checkOptionNames(where, options, OPTIONS)
  checkRecord(`${where}: jsonSchema`, options.jsonSchema)
  // Read once: what a handler puts into the options later is not what was declared.
  const { jsonSchema } = options
  const document = () => ({ ...jsonSchema })
  return { input: document, output: document }
}
