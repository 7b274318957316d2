import { isRecord } from '../../../base/plain/is-record.ts'
import { encoded, isTwoWay } from '../../../contract/answer/returned.ts'
import { mayBeUndefined } from '../../../contract/params/may-be-undefined.ts'
import { isSchema, type JsonSchema } from '../../../contract/params/schema.ts'
import type { SchemaPart } from './member-without-json.ts'

/** Of what a member of them is, `undefined` is no value. */
const NEVER_UNDEFINED: ReadonlySet<unknown> = new Set([
  ...[
    'string',
    'number',
    'int',
    'boolean',
    'enum',
    'literal',
    'array',
    'object',
    'record',
    'tuple',
  ],
  ...['date', 'null', 'bigint', 'template_literal'],
])
/** Without which a pattern takes other text than the expression did. */
const LOST_FLAGS = /[imsv]/

/**
 * Corrects what zod's conversion says of a part of a schema and what is not so: a pattern without its
 * flags, a member that is required though `undefined` is let through and left out by JSON, an item that JSON
 * writes as `null` (FND-41).
 *
 * @param isEncoded true for a schema that is used the way back
 */
export function correctDocument({ zodSchema, jsonSchema }: SchemaPart, isEncoded: boolean): void {
  // The library hands out the document it is making.
  const document = jsonSchema as Record<string, unknown>
  const def = defOf(zodSchema)
  if ('pattern' in document || 'allOf' in document) dropFlagged(document, zodSchema)
  if (def === null) return
  const mayBeAbsent = (member: unknown) => isLoose(member, isEncoded)
  const { shape, element, items, rest, valueType } = def
  if (def['type'] === 'object' && isRecord(shape)) {
    keepRequired(document, (name) => !mayBeAbsent(shape[name]))
  }
  if (def['type'] === 'record' && mayBeAbsent(valueType)) keepRequired(document, () => false)
  if (def['type'] === 'array' && mayBeAbsent(element)) orNull(document, 'items')
  if (def['type'] === 'tuple' && Array.isArray(items)) {
    const members = document['prefixItems']
    if (Array.isArray(members)) {
      document['prefixItems'] = members.map((member, index) =>
        mayBeAbsent(items[index]) ? nullable(member) : member,
      )
    }
    if (rest !== null && mayBeAbsent(rest)) orNull(document, 'items')
  }
}

/** Patterns of expressions whose flags JSON Schema has no place for. */
export function dropFlagged(document: Record<string, unknown>, zodSchema: unknown): void {
  const flagged = patternsOf(zodSchema)
  if (flagged.size === 0) return
  const isFlagged = (part: unknown) => isRecord(part) && flagged.has(part['pattern'])
  if (isFlagged(document)) delete document['pattern']
  const { allOf } = document
  if (!Array.isArray(allOf)) return
  const rest = allOf.filter((part) => !isFlagged(part))
  if (rest.length === 0) delete document['allOf']
  else document['allOf'] = rest
}

/** Sources of the expressions that a schema's text is held to, by itself and by its checks. */
function patternsOf(zodSchema: unknown): ReadonlySet<unknown> {
  const def = defOf(zodSchema)
  if (def === null) return new Set()
  const checks = Array.isArray(def['checks']) ? def['checks'].map(defOf) : []
  const patterns = [def, ...checks].map((one) => one?.['pattern'])
  return new Set(
    patterns.flatMap((pattern) =>
      pattern instanceof RegExp && LOST_FLAGS.test(pattern.flags) ? pattern.source : [],
    ),
  )
}

function keepRequired(document: Record<string, unknown>, keep: (name: string) => boolean): void {
  const { required } = document
  if (!Array.isArray(required)) return
  const kept = required.filter((name) => typeof name !== 'string' || keep(name))
  if (kept.length === required.length) return
  if (kept.length === 0) delete document['required']
  else document['required'] = kept
}

function orNull(document: Record<string, unknown>, keyword: string): void {
  if (isRecord(document[keyword])) document[keyword] = nullable(document[keyword])
}

function nullable(schema: unknown): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] }
}

function isLoose(member: unknown, isEncoded: boolean): boolean {
  if (!isSchema(member) || NEVER_UNDEFINED.has(defOf(member)?.['type'])) return false
  return mayBeUndefined(isEncoded && isTwoWay(member) ? encoded(member) : member)
}

function defOf(schema: unknown): Readonly<Record<string, unknown>> | null {
  const { _zod: inside } = (schema ?? {}) as { readonly _zod?: { readonly def?: unknown } }
  return isRecord(inside?.def) ? inside.def : null
}
