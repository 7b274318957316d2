import { isRecord } from '../../base/plain/is-record.ts'
import { inlineReferences } from '../json-schema/inline.ts'
import { type JsonSchema, jsonSchemaOf, type Schema } from '../params/schema.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'

const FORMATS: ReadonlySet<unknown> = new Set(['email', 'uri', 'date', 'date-time'])
const SAID: readonly string[] = ['title', 'description', 'default']
const MOST_FIELDS = 30

const known = new WeakMap<Schema, JsonSchema>()

/**
 * The schema of a form as MCP has it (`requestedSchema`): a flat object of text, numbers, true or false, and choices of
 * one or of several. What programs do not know is left out of what they are shown; the answer is held to the whole
 * schema all the same.
 *
 * @throws ImproperlyConfigured naming the field that no form can have
 */
export function formSchemaOf(schema: Schema): JsonSchema {
  const before = known.get(schema)
  if (before !== undefined) return before
  const made = flat(documentOf(schema))
  known.set(schema, made)
  return made
}

function documentOf(schema: Schema): JsonSchema {
  let document: JsonSchema | null
  try {
    document = jsonSchemaOf(schema, 'input')
  } catch {
    document = null
  }
  if (document === null) {
    throw new ImproperlyConfigured(
      'ask.form(): its schema has no JSON Schema; use one that JSON can express, such as z.object({ ok: z.boolean() })',
    )
  }
  return inlineReferences(document, 'Form').schema
}

function flat(document: JsonSchema): JsonSchema {
  const { type, properties } = document
  if (type !== 'object' || !isRecord(properties)) {
    throw new ImproperlyConfigured(
      'ask.form(): its schema must be one object of fields, such as z.object({ ok: z.boolean() })',
    )
  }
  const names = Object.keys(properties)
  if (names.length === 0 || names.length > MOST_FIELDS) {
    throw new ImproperlyConfigured(`ask.form(): a form has 1 to ${MOST_FIELDS} fields`)
  }
  const fields = names.map((name) => [name, fieldOf(name, properties[name])])
  const required = Array.isArray(document['required']) ? document['required'] : []
  return deepFrozen({
    type: 'object',
    properties: Object.fromEntries(fields),
    // A field with a default is filled in by whoever leaves it alone.
    ...(required.length > 0 ? { required } : {}),
  })
}

function deepFrozen(schema: JsonSchema): JsonSchema {
  for (const member of Object.values(schema)) {
    if (typeof member === 'object' && member !== null) deepFrozen(member as JsonSchema)
  }
  return Object.freeze(schema)
}

function fieldOf(name: string, field: unknown): JsonSchema {
  const wrong = (why: string) => new ImproperlyConfigured(`ask.form(): field '${name}' ${why}`)
  if (!isRecord(field)) throw wrong('may be anything; give it a type')
  if (field['writeOnly'] === true || field['format'] === 'password') {
    // The program of the caller reads it, and its model may.
    throw wrong('is a secret, which forms may not ask for; use ask.visit() and a page of yours')
  }
  const made = choice(field) ?? severalOf(field) ?? primitive(field)
  if (made === null) {
    throw wrong('must be text, a number, true or false, or a choice of one or of several texts')
  }
  return { ...pick(field, SAID), ...made }
}

/** One of several texts, each perhaps with a title of its own. */
function choice({ type, enum: values, anyOf, oneOf }: JsonSchema): JsonSchema | null {
  if (isTexts(values) && (type === 'string' || type === undefined)) {
    return { type: 'string', enum: [...values] }
  }
  const titled = titledOf(oneOf) ?? titledOf(anyOf)
  return titled === null ? null : { type: 'string', oneOf: titled }
}

/** Several of them. */
function severalOf(field: JsonSchema): JsonSchema | null {
  const { type, items } = field
  if (type !== 'array' || !isRecord(items)) return null
  const one = choice(items)
  if (one === null) return null
  const { oneOf, ...rest } = one
  return {
    type: 'array',
    ...pick(field, ['minItems', 'maxItems']),
    items: oneOf === undefined ? rest : { anyOf: oneOf },
  }
}

function primitive(field: JsonSchema): JsonSchema | null {
  const { type, format } = field
  switch (type) {
    case 'string': {
      const bounds = pick(field, ['minLength', 'maxLength'])
      return { type, ...bounds, ...(FORMATS.has(format) ? { format } : {}) }
    }
    case 'number':
    case 'integer':
      return { type, ...pick(field, ['minimum', 'maximum']) }
    case 'boolean':
      return { type }
    default:
      return null
  }
}

function titledOf(options: unknown): readonly JsonSchema[] | null {
  if (!Array.isArray(options) || options.length === 0) return null
  const titled: JsonSchema[] = []
  for (const option of options) {
    if (!isRecord(option) || typeof option['const'] !== 'string') return null
    const { const: value, title } = option
    titled.push({ const: value, title: typeof title === 'string' ? title : value })
  }
  return titled
}

function isTexts(values: unknown): values is readonly string[] {
  return (
    Array.isArray(values) && values.length > 0 && values.every((one) => typeof one === 'string')
  )
}

function pick(schema: JsonSchema, names: readonly string[]): JsonSchema {
  return Object.fromEntries(
    names.filter((name) => schema[name] !== undefined).map((name) => [name, schema[name]]),
  )
}
