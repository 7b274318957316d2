import { answeredNow } from '../contract/answered-now.ts'
import type { Schema } from '../contract/schema.ts'

/**
 * What happens to an argument that was not sent (BIND-8): `undefined` goes to the schema, which
 * has a default or says it is optional; else `null` does, if the schema takes it; else the call is
 * refused.
 */
export type Absence = undefined | null | 'refused'

/** Only the schema itself can tell. */
export function absenceOf(schema: Schema): Absence {
  if (accepts(schema, undefined)) return undefined
  return accepts(schema, null) ? null : 'refused'
}

/** Files have no schema. */
export function fileAbsence({ optional }: { readonly optional?: boolean | undefined }): Absence {
  return optional === true ? undefined : 'refused'
}

function accepts(schema: Schema, value: null | undefined): boolean {
  const result = answeredNow(schema, value)
  return result !== null && result.issues === undefined
}
