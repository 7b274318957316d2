import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'

const MAX_CHOICES = 12

/** A schema in a few words: `integer`, `"new" | "paid"`, `array of Order`, `string (date-time)`. */
export function typeLabel(schema: JsonSchema): string {
  const {
    $ref: ref,
    type,
    format,
    items,
    prefixItems: places,
    additionalProperties: members,
  } = schema
  if (typeof ref === 'string') return ref.slice(ref.lastIndexOf('/') + 1)
  if ('const' in schema) return JSON.stringify(schema.const)
  const choices = listOf(schema, 'enum')
  if (choices) return some(choices.map((choice) => JSON.stringify(choice)))
  const alternatives = listOf(schema, 'anyOf') ?? listOf(schema, 'oneOf')
  if (alternatives) return some(alternatives.map(choiceLabel))
  const names = Array.isArray(type) ? type.map(String) : typeof type === 'string' ? [type] : []
  if (names.length === 0) return isRecord(schema.properties) ? 'object' : 'any'
  const text = names.join(' | ')
  if (text === 'array' && Array.isArray(places)) return `[${places.map(label).join(', ')}]`
  if (text === 'object' && isRecord(members) && !isRecord(schema.properties)) {
    return `object of ${label(members)}`
  }
  if (text === 'array' && isRecord(items)) return `array of ${label(items)}`
  if (text === 'string' && format === 'binary') return 'file'
  return typeof format === 'string' ? `${text} (${format})` : text
}

/** Objects in a union are told apart by the member that is a constant: `{ type: "card" }`. */
function choiceLabel(schema: unknown): string {
  const { properties } = isRecord(schema) ? schema : {}
  for (const [name, member] of Object.entries(isRecord(properties) ? properties : {})) {
    if (isRecord(member) && 'const' in member) {
      return `{ ${name}: ${JSON.stringify(member.const)} }`
    }
  }
  return label(schema)
}

function label(schema: unknown): string {
  return isRecord(schema) ? typeLabel(schema) : 'any'
}

function some(labels: readonly string[]): string {
  const unique = [...new Set(labels)]
  const more = unique.length > MAX_CHOICES
  return unique.slice(0, MAX_CHOICES).join(' | ') + (more ? ' | …' : '')
}

function listOf(schema: JsonSchema, keyword: string): readonly unknown[] | null {
  const value = schema[keyword]
  return Array.isArray(value) && value.length > 0 ? value : null
}

const LIMITS: readonly (readonly [keyword: string, words: string])[] = [
  ['default', 'default'],
  ['minimum', 'at least'],
  ['exclusiveMinimum', 'more than'],
  ['maximum', 'at most'],
  ['exclusiveMaximum', 'less than'],
  ['multipleOf', 'a multiple of'],
  ['minLength', 'length at least'],
  ['maxLength', 'length at most'],
  ['pattern', 'pattern'],
  ['minItems', 'items at least'],
  ['maxItems', 'items at most'],
]

/** The limits of a value in words: `default 20, at least 1, at most 100`; may be empty. */
export function limitsLabel(schema: JsonSchema): string {
  return LIMITS.filter(([keyword]) => keyword in schema && saysSomething(keyword, schema))
    .map(([keyword, words]) => `${words} ${valueLabel(keyword, schema[keyword])}`)
    .join(', ')
}

/**
 * ±(2^53−1), which schema libraries write for every integer, tells a reader nothing; nor does the
 * pattern they write out for a format.
 */
function saysSomething(keyword: string, schema: JsonSchema): boolean {
  if (keyword === 'pattern') return typeof schema.format !== 'string'
  const value = schema[keyword]
  return typeof value !== 'number' || Math.abs(value) !== Number.MAX_SAFE_INTEGER
}

/** A pattern is shown as it is: JSON would double every backslash. */
function valueLabel(keyword: string, value: unknown): string {
  return keyword === 'pattern' && typeof value === 'string' ? value : JSON.stringify(value)
}
