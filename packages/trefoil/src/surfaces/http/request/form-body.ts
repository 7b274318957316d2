import { deepFreeze } from '../../../base/plain/freeze.ts'
import { type ArgumentIssue, malformedSource } from '../../../contract/params/param-issue.ts'
import type { UploadedFile } from '../../../contract/params/uploaded-file.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import type { QueryPairs } from '../../../web/query.ts'

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

const ALL_MALFORMED = [MALFORMED] as const

export function malformedForm(): Problem {
  return refuseForm(ALL_MALFORMED)
}

const refused = new WeakMap<Problem, readonly ArgumentIssue[]>()

/** Ends the reading of a form; what is said is said beside the issues of other sources. */
export function refuseForm(issues: readonly [ArgumentIssue, ...ArgumentIssue[]]): Problem {
  const problem = refuse('VALIDATION_ERROR', {
    detail: issues[0].headline,
    issues: issues.map(({ issue }) => issue),
  })
  refused.set(problem, issues)
  return problem
}

/** What {@link refuseForm} was given; `null` for other failures. */
export function formIssuesOf(error: unknown): readonly ArgumentIssue[] | null {
  return error instanceof Problem ? (refused.get(error) ?? null) : null
}
