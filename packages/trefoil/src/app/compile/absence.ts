import { answeredNow, asked } from '../../contract/call/answered-now.ts'
import { jsonKinds, namesNull } from '../../contract/json-schema/kinds.ts'
import type { ParamSource } from '../../contract/params/params.ts'
import { type JsonSchema, jsonSchemaOf, type Schema } from '../../contract/params/schema.ts'
import { headOf, startOf } from './input-side.ts'

/**
 * What happens to an argument that was not sent (BIND-8): `undefined` goes to the schema, which
 * has a default or says it is optional; else `null` does, if the schema names it; else the call is
 * refused.
 */
export type Absence = undefined | null | 'refused'

/** What was found out about an argument when the app compiled. */
export interface ToldAbsence {
  readonly absence: Absence
  /** True when it is required only because nothing else could be told of its schema. */
  readonly isAssumed: boolean
}

/**
 * Asked once, when the app compiles. That a schema takes `undefined` or `null` is not enough: one that
 * converts (`z.coerce.number()`, a transform in front) makes 0, 1970 or the text `undefined` of nothing,
 * and the call would go on with a value that nobody sent and nobody approved (FND-11).
 *
 * @param json JSON Schema of the input; `null` where there is none
 */
export function tellAbsence(schema: Schema, json: JsonSchema | null): ToldAbsence {
  const answer = asked(schema, undefined)
  const start = startOf(schema)
  const hasDefault = json !== null && 'default' in json
  // Nobody can wait for it here.
  if (answer === 'later') return hasDefault ? told(undefined) : ASSUMED
  const takesNothing = answer !== 'throws' && answer.issues === undefined
  if (takesNothing && (hasDefault || start === 'optional')) return told(undefined)
  if (start === 'transform') {
    return takesNothing && answer.value === undefined ? ASSUMED : told('refused')
  }
  // The start of a pipe is judged, not what it makes of `undefined`.
  const head = headOf(schema)
  if (takesNothing && keeps(head, undefined)) return told(undefined)
  const isNull = json !== null && namesNull(json) && keeps(head, null)
  return told(isNull && answeredNow(schema, null)?.issues === undefined ? null : 'refused')
}

const ASSUMED: ToldAbsence = { absence: 'refused', isAssumed: true }

function told(absence: Absence): ToldAbsence {
  return { absence, isAssumed: false }
}

/** As {@link tellAbsence}, by the schema's own document. */
export function absenceOf(schema: Schema): Absence {
  return tellAbsence(schema, inputDocument(schema)).absence
}

/** Files have no schema. */
export function fileAbsence(optional: boolean | undefined): ToldAbsence {
  return told(optional === true ? undefined : 'refused')
}

/**
 * Whether a `null` that was sent counts as not sent (FND-46, ABIND-6): of an optional argument whose
 * schema refuses it; of an optional one that HTTP carries as text, which has no `null`; and wherever a
 * schema that converts would make a value of it though its document has no `null`. A whole body may be
 * `null` (BIND-12).
 */
export function isNullAbsent(
  source: ParamSource,
  schema: Schema | null,
  json: JsonSchema | null,
  absence: Absence,
): boolean {
  if (source === 'body' || schema === null) return false
  const isAdmitted = json === null || jsonKinds(json).has('null')
  const answer = asked(schema, null)
  const isTaken = answer === 'later' || (answer !== 'throws' && answer.issues === undefined)
  if (absence === 'refused') return isTaken && !isAdmitted
  return source !== 'field' || !isTaken || !isAdmitted
}

/** True when the schema takes a value as it is. */
function keeps(schema: Schema, value: null | undefined): boolean {
  const answer = answeredNow(schema, value)
  return answer !== null && answer.issues === undefined && answer.value === value
}

function inputDocument(schema: Schema): JsonSchema | null {
  try {
    return jsonSchemaOf(schema, 'input')
  } catch {
    return null
  }
}
