import { type Problem, refuse } from '../../contract/problem.ts'
import type { UploadedFile } from '../../contract/uploaded-file.ts'
import type { QueryPairs } from '../../web/query.ts'

/** Fields and files of a form. */
export interface FormBody {
  readonly fields: QueryPairs
  readonly files: ReadonlyMap<string, readonly UploadedFile[]>
}

export const EMPTY_FORM: FormBody = { fields: [], files: new Map() }

/** What forms may be written in; `undefined` where nothing is said (BIND-16). */
export const formCharsets: ReadonlySet<string | undefined> = new Set([
  undefined,
  'utf-8',
  'us-ascii',
])

export function malformedForm(): Problem {
  return refuse('VALIDATION_ERROR', { detail: 'Malformed form body' })
}
