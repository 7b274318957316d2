import { isRecord } from '../../../base/plain/is-record.ts'
import type { JsonType } from '../../../contract/json-schema/types.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { isAnything, oneOf, type Rewrite, WORDS } from './choices.ts'
import { impliedKind, isOfKind, kindsOf } from './kinds.ts'
import { listRules } from './list-rules.ts'
import { mergeAllOf } from './merge-all-of.ts'
import { numberRules } from './number-rules.ts'
import { objectRules } from './object-rules.ts'
import { isJson, schemasAt, textAt, valuesOf } from './read-keyword.ts'
import { NO_RULES, type Reader, type Rules } from './reader.ts'
import { textRules } from './text-rules.ts'

/**
 * A schema in the words that all readers of tool schemas know: only keywords that are listed here come
 * through, each well-formed. What a listed keyword cannot say goes into the description, for the model.
 *
 * @param schema inlined: its references are definitions
 * @returns `null` for a schema that nothing fits
 */
export function portableSchema(schema: unknown, reader: Reader): JsonSchema | null {
  if (schema === false) return null
  if (!isRecord(schema)) return {}
  const rewrite: Rewrite = (part) => portableSchema(part, reader)
  const whole = mergeAllOf(schema)
  if (typeof whole['$ref'] === 'string') return { $ref: whole['$ref'], ...wordsOf(whole, []) }
  if (isNever(whole['not'])) return null
  const choices = choicesOf(whole, rewrite)
  const parts = schemasAt(whole, 'allOf').map(rewrite)
  if (choices === null || parts.includes(null)) return null
  if (reader.side === 'output' && mayReplaceItself(whole, rewrite)) return wordsOf(whole, [])
  const { schema: own, hints } = ownRules(whole, reader, rewrite, isAnything(choices))
  const both = joined(own, choices)
  const others = parts.filter((part) => part !== null && !isAnything(part))
  return {
    ...both,
    ...(others.length === 0 ? {} : { allOf: others }),
    ...wordsOf({ ...choices, ...whole }, hints),
  }
}

/**
 * A member `toJSON` that may be anything may be a function, and what that returns is sent in the place
 * of the object. (So may any member of an open object; but who answers with such a function means it.)
 */
function mayReplaceItself({ properties }: JsonSchema, rewrite: Rewrite): boolean {
  if (!isRecord(properties) || !Object.hasOwn(properties, 'toJSON')) return false
  const member = rewrite(properties['toJSON'])
  return member !== null && isAnything(member)
}

function isNever(not: unknown): boolean {
  return not === true || (isRecord(not) && Object.keys(not).length === 0)
}

/**
 * What `anyOf` and `oneOf` list, as `anyOf`: OpenAI and Gemini know no `oneOf`, and with less said about
 * each choice, several may fit.
 */
function choicesOf(schema: JsonSchema, rewrite: Rewrite): JsonSchema | null {
  for (const keyword of ['anyOf', 'oneOf']) {
    const listed = schemasAt(schema, keyword)
    if (listed.length === 0) continue
    const fitting = listed.map(rewrite).filter((choice) => choice !== null)
    return fitting.length === 0 ? null : oneOf(fitting)
  }
  return {}
}

/** Both hold; a single choice that says other things than the schema beside it is no choice. */
function joined(own: JsonSchema, choices: JsonSchema): JsonSchema {
  const clash = Object.keys(choices).some((keyword) => keyword in own && !WORDS.has(keyword))
  return clash ? { ...own, allOf: [choices] } : { ...choices, ...own }
}

function ownRules(
  schema: JsonSchema,
  reader: Reader,
  rewrite: Rewrite,
  isFree: boolean,
): { readonly schema: JsonSchema; readonly hints: readonly string[] } {
  const named = kindsOf(schema)
  const implied = reader.side === 'input' && named.length === 0 ? impliedKind(schema) : null
  const kinds = implied === null ? named : [implied]
  const rules = new Map(kinds.map((kind) => [kind, rulesOf(kind, schema, reader, rewrite)]))
  const hints = [...new Set([...rules.values()].flatMap((one) => one.hints))]
  if (kinds.length === 0) {
    const values = valuesOf(schema)
    return { schema: values === null ? {} : { enum: values }, hints }
  }
  const typed = kinds
    .map((kind) => ofKind(kind, schema, rules.get(kind) ?? NO_RULES))
    .filter((one) => one !== null)
  const [single, another] = typed
  if (single !== undefined && another === undefined) return { schema: single, hints }
  // A list of types stops Gemini, but two lists of choices do not fit into one schema.
  return { schema: isFree && another !== undefined ? { anyOf: typed } : { type: kinds }, hints }
}

/** @returns `null` where the schema lists values, and none is of the kind */
function ofKind(kind: JsonType, schema: JsonSchema, { keywords }: Rules): JsonSchema | null {
  const values = valuesOf(schema)
  const own = values === null ? null : values.filter((value) => isOfKind(value, kind))
  if (own !== null && own.length === 0) return null
  const isAll = own === null || kind === 'null' || (kind === 'boolean' && own.length > 1)
  return { type: kind, ...(isAll ? {} : { enum: own }), ...keywords }
}

function rulesOf(kind: JsonType, schema: JsonSchema, reader: Reader, rewrite: Rewrite): Rules {
  switch (kind) {
    case 'string':
      return textRules(schema, reader)
    case 'integer':
    case 'number':
      return numberRules(schema, kind === 'integer', reader)
    case 'array':
      return listRules(schema, reader, rewrite)
    case 'object':
      return objectRules(schema, reader, rewrite)
    default:
      return NO_RULES
  }
}

function wordsOf(schema: JsonSchema, hints: readonly string[]): JsonSchema {
  const title = textAt(schema, 'title')
  const words = [textAt(schema, 'description'), ...hints].filter((text) => text !== null)
  const { default: preset, examples, deprecated } = schema
  return {
    ...(title === null ? {} : { title }),
    ...(words.length === 0 ? {} : { description: words.join(' ') }),
    ...('default' in schema && isJson(preset) ? { default: preset } : {}),
    ...(Array.isArray(examples) && isJson(examples) ? { examples } : {}),
    ...(deprecated === true ? { deprecated } : {}),
  }
}
