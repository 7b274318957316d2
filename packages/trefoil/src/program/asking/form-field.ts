import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'

/** One of several texts to choose from. */
export interface Choice {
  readonly value: string
  readonly title: string
}

/** One field of a form. */
export interface FormField {
  readonly name: string
  readonly title: string | null
  readonly description: string | null
  readonly required: boolean
  /** What an empty line stands for; `undefined` for nothing. */
  readonly fallback: unknown
  readonly type: FieldType
}

/** What may be typed into it. Bounds are there or not, as the schema says. */
export type FieldType =
  | {
      readonly kind: 'text'
      readonly least: number | null
      readonly most: number | null
      readonly format: string | null
    }
  | {
      readonly kind: 'number' | 'integer'
      readonly least: number | null
      readonly most: number | null
    }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'one'; readonly choices: readonly Choice[] }
  | {
      readonly kind: 'several'
      readonly choices: readonly Choice[]
      readonly least: number | null
      readonly most: number | null
    }

/** What a person can look over, and a remote that is none of ours cannot flood. */
const MOST = { fields: 30, choices: 100, text: 2_000 } as const

/**
 * The fields of a form of `ask.form()`, in its order.
 *
 * @returns `null` for a form that a terminal cannot show whole
 */
export function formFields(schema: unknown): readonly FormField[] | null {
  const { properties, required } = isRecord(schema) ? schema : {}
  if (!isRecord(properties)) return null
  const entries = Object.entries(properties)
  if (entries.length === 0 || entries.length > MOST.fields) return null
  const needed: ReadonlySet<unknown> = new Set(Array.isArray(required) ? required : [])
  const fields = entries.map(([name, field]) => fieldOf(name, field, needed.has(name)))
  return fields.every((field) => field !== null) ? fields : null
}

function fieldOf(name: string, field: unknown, required: boolean): FormField | null {
  if (!isRecord(field)) return null
  const type = typeOf(field)
  const { title, description } = field
  const said = [name, title ?? '', description ?? '']
  const isShort = said.every((text) => typeof text === 'string' && text.length <= MOST.text)
  const fallback = field['default']
  if (type === null || !isShort || !isLooked(fallback)) return null
  return {
    name,
    title: textOf(title),
    description: textOf(description),
    required,
    fallback,
    type,
  }
}

/** Sent by an empty line, so all of it is shown. */
function isLooked(fallback: unknown): boolean {
  return fallback === undefined || JSON.stringify(fallback).length <= MOST.text
}

function typeOf(field: JsonSchema): FieldType | null {
  const { type, items } = field
  const choices = choicesOf(field)
  if (choices !== null) return { kind: 'one', choices }
  switch (type) {
    case 'string':
      return {
        kind: 'text',
        least: numberOf(field['minLength']),
        most: numberOf(field['maxLength']),
        format: textOf(field['format']),
      }
    case 'number':
    case 'integer':
      return { kind: type, least: numberOf(field['minimum']), most: numberOf(field['maximum']) }
    case 'boolean':
      return { kind: 'boolean' }
    case 'array': {
      const several = isRecord(items) ? choicesOf(items) : null
      if (several === null) return null
      const [least, most] = [numberOf(field['minItems']), numberOf(field['maxItems'])]
      return { kind: 'several', choices: several, least, most }
    }
    default:
      return null
  }
}

function choicesOf({ enum: values, oneOf, anyOf }: JsonSchema): readonly Choice[] | null {
  const listed = values ?? oneOf ?? anyOf
  if (!Array.isArray(listed) || listed.length === 0 || listed.length > MOST.choices) return null
  const choices = listed.map((one: unknown): Choice | null => {
    const { const: value, title } = isRecord(one) ? one : { const: one }
    if (typeof value !== 'string' || value.length > MOST.text) return null
    const shown = textOf(title) ?? value
    return shown.length > MOST.text ? null : { value, title: shown }
  })
  return choices.every((choice) => choice !== null) ? choices : null
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
