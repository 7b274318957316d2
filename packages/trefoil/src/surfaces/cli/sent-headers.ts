import type { LocalCredentials } from '../../contract/call/app-handle.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { isHeaderValue } from '../../web/raw-headers.ts'

/**
 * The headers of a caller in this process, names and values in turn.
 *
 * @throws ImproperlyConfigured for a token that no header could carry, and for a token beside an
 * `Authorization` header: which one counts would be anybody's guess
 */
export function sentHeaders({ token, headers = [] }: LocalCredentials): readonly string[] {
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
