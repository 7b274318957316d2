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

/**
 * Text of at most so many UTF-16 units. Whether it means anything is looked at where nobody can tell from the answer.
 * U+0000 is in no text: PostgreSQL takes none, and who sends it would learn by a 500 what is asked of the database.
 */
export function textField(most: number): Schema<string> {
  return field(
    { type: 'string', maxLength: most },
    (value) => (isText(value, most) ? value : undefined),
    `Expected text of at most ${most} characters, without U+0000`,
  )
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most && !value.includes('\0')
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

/** The same, where a form sends empty what was left out. */
export function formField<Value>(inner: Schema<Value>): Schema<Value | undefined> {
  const { validate, ...standard } = optionalField(inner)['~standard']
  const emptied = {
    ...standard,
    validate: (value: unknown) => validate(value === '' ? undefined : value),
  }
  return { '~standard': emptied }
}

/** A whole number in bounds. */
export function wholeField(least: number, most: number): Schema<number> {
  return field(
    { type: 'integer', minimum: least, maximum: most },
    (value) =>
      Number.isInteger(value) && Number(value) >= least && Number(value) <= most
        ? Number(value)
        : undefined,
    `Expected a whole number from ${least} to ${most}`,
  )
}

/** Yes or no. */
export function flagField(): Schema<boolean> {
  return field(
    { type: 'boolean' },
    (value) => (typeof value === 'boolean' ? value : undefined),
    'Expected true or false',
  )
}

/** Texts, so many of them at most. */
export function textsField(most: number, longest: number): Schema<readonly string[]> {
  const fits = (value: unknown): value is string => isText(value, longest)
  return field(
    { type: 'array', items: { type: 'string', maxLength: longest }, maxItems: most },
    (value) =>
      Array.isArray(value) && value.length <= most && value.every(fits) ? value : undefined,
    `Expected a list of at most ${most} texts`,
  )
}
