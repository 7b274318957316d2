import type { Schema } from '../../index.ts'

/** JSON Schema of a field, and what is taken of what was given. */
function field<Value>(
  jsonSchema: Readonly<Record<string, unknown>>,
  read: (value: unknown) => Value | undefined,
  message: string,
): Schema<Value> {
  const document = () => ({ ...jsonSchema })
  const standard = {
    version: 1 as const,
    vendor: 'trefoil',
    validate(value: unknown) {
      const read_ = read(value)
      return read_ === undefined ? { issues: [{ message }] } : { value: read_ }
    },
    jsonSchema: { input: document, output: document },
  }
  return { '~standard': standard }
}

/** Text of at most so many UTF-16 units. Whether it means anything is looked at where nobody can tell from the answer. */
export function textField(most: number): Schema<string> {
  return field(
    { type: 'string', maxLength: most },
    (value) => (typeof value === 'string' && value.length <= most ? value : undefined),
    `Expected text of at most ${most} characters`,
  )
}

/** One of some words. */
export function wordField<const Word extends string>(words: readonly Word[]): Schema<Word> {
  return field(
    { type: 'string', enum: [...words] },
    (value) => words.find((word) => word === value),
    `Expected ${words.join(' or ')}`,
  )
}

/** Text that may be left out: the handler gets `undefined` then. */
export function optionalField<Value>(inner: Schema<Value>): Schema<Value | undefined> {
  const { validate, jsonSchema, ...standard } = inner['~standard'] as Schema<Value>['~standard'] & {
    readonly jsonSchema?: unknown
  }
  const either = {
    ...standard,
    ...(jsonSchema === undefined ? {} : { jsonSchema }),
    validate: (value: unknown) => (value === undefined ? { value } : validate(value)),
  }
  return { '~standard': either } as Schema<Value | undefined>
}
