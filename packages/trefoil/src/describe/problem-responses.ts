import type { Action } from '../contract/action.ts'
import { type Catalogue, requiresAuth } from '../contract/catalogue.ts'
import { type ProblemCode, problemRow } from '../contract/problems.ts'

/** A status with which an operation can refuse or fail over HTTP. */
export interface ProblemResponse {
  readonly status: number
  readonly codes: readonly ProblemCode[]
  readonly description: string
}

const JSON_SOURCES: ReadonlySet<string> = new Set(['field', 'body'])
const BODY_SOURCES: ReadonlySet<string> = new Set(['field', 'body', 'form', 'file', 'files'])

/** The failures an operation can really answer with, by ascending status (W-34). */
export function problemResponses(catalogue: Catalogue, action: Action): readonly ProblemResponse[] {
  const byStatus = new Map<number, ProblemCode[]>()
  const can = (code: ProblemCode, status = problemRow(code).status): void => {
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  const sources = action.params.map((param) => param.source)
  if (sources.length > 0) can('VALIDATION_ERROR')
  if (sources.some((source) => JSON_SOURCES.has(source))) can('invalid_json')
  // A guard never sees an anonymous caller, so having one means a credential is asked for.
  const guarded = action.guards.length > 0
  if (guarded || requiresAuth(catalogue, action, 'api')) can('AUTHENTICATION_ERROR')
  if (guarded) can('ACCESS_DENIED')
  if (action.approval.api) {
    can('approval_denied')
    can('approval_required')
  }
  if (sources.includes('path')) can('http_error', 404)
  if (sources.some((source) => BODY_SOURCES.has(source))) {
    can('payload_too_large')
    can('unsupported_media_type')
  }
  can('INTERNAL_ERROR')
  if (action.timeout > 0) can('TIMEOUT')
  return [...byStatus]
    .sort(([left], [right]) => left - right)
    .map(([status, codes]) => ({ status, codes, description: describe(status, codes) }))
}

function describe(status: number, codes: readonly ProblemCode[]): string {
  const one = (code: ProblemCode): string => {
    const { text } = problemRow(code === 'http_error' && status === 404 ? 'not_found' : code)
    return `${text} (\`${code}\`).`
  }
  return codes.map(one).join(' ')
}
