import { encoded, encodedFrom, isTwoWay } from '../../../contract/answer/returned.ts'
import {
  isSchema,
  type JsonSchema,
  jsonSchemaOf,
  type Schema,
} from '../../../contract/params/schema.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { correctDocument } from './correct-document.ts'
import { hasContent, memberLabel, type SchemaPart } from './member-without-json.ts'
import { oneWayMember } from './one-way-member.ts'

/**
 * JSON Schema of what a route sends. A date is text in it, which is what `JSON.stringify` makes of
 * one (FND-7).
 *
 * @returns `null` when the schema's library offers no JSON Schema
 * @throws ImproperlyConfigured naming the route, the member and what to write
 */
export function returnedDocument(returns: Schema, where: string): JsonSchema | null {
  const original = encodedFrom(returns)
  const oneWay = original === null ? null : oneWayMember(original)
  if (oneWay !== null) {
    throw new ImproperlyConfigured(
      `${where}: encoded() cannot encode ${oneWay === '' ? 'a transform' : `'${oneWay}', a transform`}; write z.codec(…) instead of it, or leave encoded() out`,
    )
  }
  const side = original === null ? 'output' : 'input'
  const correct = (visit: SchemaPart) => correctDocument(visit, original !== null)
  try {
    return jsonSchemaOf(returns, 'output', { override: correct })
  } catch (cause) {
    const attempt = withDates(returns, side)
    if (attempt !== null && attempt.lacking === null) return attempt.document
    const lacking = attempt?.lacking ?? { member: null, reason: messageOf(cause), type: null }
    const spot = lacking.member === null ? lacking.reason : `${lacking.member}: ${lacking.reason}`
    const fix = fixFor(returns, lacking.type, original !== null)
    throw new ImproperlyConfigured(
      `${where}: the returns schema has no JSON form (${spot}); ${fix}`,
    )
  }
}

/** A member that has no JSON form. */
interface Lacking {
  readonly member: string | null
  readonly reason: string
  /** What its library calls its type. */
  readonly type: string | null
}

interface Attempt {
  readonly document: JsonSchema | null
  /** `null` when there is nothing but dates that JSON Schema has no word for. */
  readonly lacking: Lacking | null
}

/**
 * The conversion once more, with dates filled in. zod lets it be watched; others ignore the request
 * and fail again.
 *
 * @param side which side of the library's own schema the document describes
 */
function withDates(returns: Schema, side: 'input' | 'output'): Attempt | null {
  const suspects: SchemaPart[] = []
  const override = (visit: SchemaPart) => {
    correctDocument(visit, side === 'input')
    const type = typeOf(visit.zodSchema)
    if (type === 'date') Object.assign(visit.jsonSchema, { type: 'string', format: 'date-time' })
    // A literal bigint passes for a number.
    else if (type === 'literal' || !hasContent(visit.jsonSchema)) suspects.push({ ...visit })
  }
  try {
    const document = jsonSchemaOf(returns, 'output', { unrepresentable: 'any', override })
    for (const { zodSchema, path } of suspects) {
      const reason = failureOf(zodSchema, side)
      if (reason === null) continue
      return { document, lacking: { member: memberLabel(path), reason, type: typeOf(zodSchema) } }
    }
    return { document, lacking: null }
  } catch {
    return null
  }
}

/** Why a part of a schema, taken for itself, has no JSON form; `null` when it has one. */
function failureOf(schema: unknown, side: 'input' | 'output'): string | null {
  if (!isSchema(schema)) return null
  try {
    jsonSchemaOf(schema, side)
    return null
  } catch (error) {
    return messageOf(error)
  }
}

function fixFor(returns: Schema, type: string | null, isEncoded: boolean): string {
  const given = `${isEncoded ? 'encoded' : 'returning'}(schema, { jsonSchema })`
  if (type === 'undefined' || type === 'void') return 'write z.null(), and return null'
  if (type === 'transform' || type === 'pipe') {
    return `say what the transform makes, as in .transform(…).pipe(z.number()), or write ${given}`
  }
  return !isEncoded && canEncode(returns)
    ? `write encoded(schema) if the handler returns what the schema decodes to, or ${given}`
    : `write ${given}`
}

/** What a codec decodes to is for handlers; what it decodes from is what can be sent. */
function canEncode(schema: Schema): boolean {
  if (!isTwoWay(schema) || oneWayMember(schema) !== null) return false
  return withDates(encoded(schema), 'input')?.lacking === null
}

function typeOf(schema: unknown): string | null {
  const { _zod: inside } = (schema ?? {}) as {
    readonly _zod?: { readonly def?: { type?: unknown } }
  }
  const type = inside?.def?.type
  return typeof type === 'string' ? type : null
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
