import type { LocalCredentials } from '../../contract/call/app-handle.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkList } from '../../contract/options/option-values.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { isHeaderValue } from '../../web/raw-headers.ts'

const CREDENTIALS: OptionNames<LocalCredentials> = {
  token: true,
  headers: true,
  signal: true,
  onProgress: true,
}

/**
 * The headers of a caller in this process, names and values in turn.
 *
 * @throws ImproperlyConfigured for a token that no header could carry, and for a token beside an
 * `Authorization` header: which one counts would be anybody's guess
 */
export function sentHeaders(credentials: LocalCredentials): readonly string[] {
  checkOptionNames('app.localActions()', credentials, CREDENTIALS)
  checkList('app.localActions(): headers', credentials.headers, 'names and values', isText)
  const { token, headers = [], onProgress } = credentials
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new ImproperlyConfigured(
      `app.localActions(): onProgress must be a function, got ${valueKind(onProgress)}`,
    )
  }
  if (token === undefined) return headers
  if (typeof token !== 'string' || token === '' || !isHeaderValue(token)) {
    throw new ImproperlyConfigured('app.localActions(): token must be text that a header can carry')
  }
  const isWritten = headers.some(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization',
  )
  if (isWritten) {
    throw new ImproperlyConfigured(
      'app.localActions(): give either a token or an authorization header',
    )
  }
  return [...headers, 'authorization', `Bearer ${token}`]
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}
