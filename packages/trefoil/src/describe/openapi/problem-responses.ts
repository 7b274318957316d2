import type { Action } from '../../contract/call/action.ts'
import { type Catalogue, isGuarded, requiresAuth } from '../../contract/call/catalogue.ts'
import { isProblemCode, type ProblemCode, problemRow } from '../../contract/problems/problems.ts'
import { CHALLENGE, type HeaderShape, RETRY_AFTER, rateHeaders } from './header-objects.ts'

/** A status with which an operation can refuse or fail over HTTP. */
export interface ProblemResponse {
  readonly status: number
  readonly codes: readonly string[]
  readonly description: string
  readonly headers: readonly HeaderShape[]
}

const JSON_SOURCES: ReadonlySet<string> = new Set(['field', 'body'])
const FORM_SOURCES: ReadonlySet<string> = new Set(['form', 'file', 'files'])

/** The failures an operation can really answer with, by ascending status (W-34). */
export function problemResponses(catalogue: Catalogue, action: Action): readonly ProblemResponse[] {
  const byStatus = new Map<number, string[]>()
  const put = (code: string, status: number): void => {
    const codes = byStatus.get(status) ?? []
    if (!codes.includes(code)) byStatus.set(status, [...codes, code])
  }
  const can = (code: ProblemCode): void => put(code, problemRow(code).status)
  const sources = action.params.map((param) => param.source)
  if (sources.length > 0) can('VALIDATION_ERROR')
  if (sources.some((source) => JSON_SOURCES.has(source))) can('invalid_json')
  // A guard never sees an anonymous caller, so having one means a credential is asked for.
  const guarded = isGuarded(action, 'api')
  if (guarded || requiresAuth(catalogue, action, 'api')) can('AUTHENTICATION_ERROR')
  if (guarded) can('ACCESS_DENIED')
  if (action.approval.api) {
    can('approval_denied')
    can('approval_required')
  }
  if (action.asks) {
    can('input_required')
    can('invalid_request_state')
    can('invalid_answers')
  }
  for (const { code, row } of action.problems) put(code, row.status)
  // What a path names may not be there, unless the action says how it tells that.
  if (sources.includes('path') && !byStatus.has(404)) put('http_error', 404)
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
  if (mayBeFull(action)) can('CONCURRENCY_LIMIT_EXCEEDED')
  if (action.breaker !== null) can('CIRCUIT_OPEN')
  if (action.rates.length > 0) {
    can('RATE_LIMIT_EXCEEDED')
    can('limits_unavailable')
  }
  const told = rateHeaders(catalogue, action)
  return [...byStatus]
    .sort(([left], [right]) => left - right)
    .map(([status, codes]) => {
      const waits = codes.includes('RATE_LIMIT_EXCEEDED') || codes.includes('limits_unavailable')
      const headers = [
        ...(challenges(action, codes) ? [CHALLENGE] : []),
        ...(waits ? [RETRY_AFTER] : []),
        ...told,
      ]
      return { status, codes, description: describe(action, status, codes), headers }
    })
}

/** Where a limit only counts, nobody is refused. */
function mayBeFull({ concurrency, appConcurrency }: Action): boolean {
  return (appConcurrency ?? 0) > 0 || concurrency.some(({ limit }) => limit > 0)
}

/** Missing scopes can be had with another token; a missing role cannot. */
function challenges({ guards, appGuards }: Action, codes: readonly string[]): boolean {
  if (codes.includes('AUTHENTICATION_ERROR')) return true
  return (
    codes.includes('ACCESS_DENIED') &&
    [...appGuards, ...guards].some(({ scopes }) => scopes !== undefined)
  )
}

function describe({ problems }: Action, status: number, codes: readonly string[]): string {
  const textOf = (code: string): string => {
    if (code === 'http_error' && status === 404) return problemRow('not_found').text
    if (isProblemCode(code)) return problemRow(code).text
    return problems.find((problem) => problem.code === code)?.row.text ?? ''
  }
  return codes.map((code) => `${textOf(code)} (\`${code}\`).`).join(' ')
}
