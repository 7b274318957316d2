import type { Action } from '../../contract/call/action.ts'
import { type Catalogue, requiresAuth } from '../../contract/call/catalogue.ts'
import { type ProblemCode, problemRow } from '../../contract/problems/problems.ts'
import { CHALLENGE, type HeaderShape } from './header-objects.ts'

/** A status with which an operation can refuse or fail over HTTP. */
export interface ProblemResponse {
  readonly status: number
  readonly codes: readonly ProblemCode[]
  readonly description: string
  readonly headers: readonly HeaderShape[]
}

const JSON_SOURCES: ReadonlySet<string> = new Set(['field', 'body'])
const FORM_SOURCES: ReadonlySet<string> = new Set(['form', 'file', 'files'])

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
  const readsForm = sources.some((source) => FORM_SOURCES.has(source))
  if (readsForm || sources.some((source) => JSON_SOURCES.has(source))) {
    can('payload_too_large')
    can('unsupported_media_type')
  }
  if (readsForm) {
    can('form_too_many_parts')
    can('form_field_too_large')
  }
  if (sources.includes('file') || sources.includes('files')) can('form_file_too_large')
  can('INTERNAL_ERROR')
  if (action.timeout > 0) can('TIMEOUT')
  return [...byStatus]
    .sort(([left], [right]) => left - right)
    .map(([status, codes]) => {
      const headers = challenges(action, codes) ? [CHALLENGE] : []
      return { status, codes, description: describe(status, codes), headers }
    })
}

/** Missing scopes can be had with another token; a missing role cannot. */
function challenges({ guards }: Action, codes: readonly ProblemCode[]): boolean {
  if (codes.includes('AUTHENTICATION_ERROR')) return true
  return codes.includes('ACCESS_DENIED') && guards.some(({ scopes }) => scopes !== undefined)
}

function describe(status: number, codes: readonly ProblemCode[]): string {
  const one = (code: ProblemCode): string => {
    const { text } = problemRow(code === 'http_error' && status === 404 ? 'not_found' : code)
    return `${text} (\`${code}\`).`
  }
  return codes.map(one).join(' ')
}
