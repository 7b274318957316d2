import { deepFreeze } from '../../base/freeze.ts'
import { type ArgumentIssue, malformedSource } from '../../contract/param-issue.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import type { UploadedFile } from '../../contract/uploaded-file.ts'
import type { QueryPairs } from '../../web/query.ts'

/** Fields and files of a form. */
export interface FormBody {
  readonly fields: QueryPairs
  readonly files: ReadonlyMap<string, readonly UploadedFile[]>
}

/** For all empty forms of the process. */
export const EMPTY_FORM: FormBody = { fields: deepFreeze([]), files: new Map() }

/** What forms may be written in; `undefined` where nothing is said (BIND-16). */
export const formCharsets: ReadonlySet<string | undefined> = new Set([
  undefined,
  'utf-8',
  'us-ascii',
])

const MALFORMED = malformedSource('form', 'Malformed form body', 'Not a well-formed form')

export function malformedForm(): Problem {
  const { headline, issue } = MALFORMED
  return refuse('VALIDATION_ERROR', { detail: headline, issues: [issue] })
}

/** What {@link malformedForm} said, for saying it beside other issues; `null` for other failures. */
export function malformedFormIssue(error: unknown): ArgumentIssue | null {
  const isOne = error instanceof Problem && error.issues?.[0] === MALFORMED.issue
  return isOne ? MALFORMED : null
}
