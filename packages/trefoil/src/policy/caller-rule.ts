import { firstHeader, type RawHeaders } from '../web/raw-headers.ts'

/**
 * Who a call may be from when it shows no credential that can be seen in its head.
 *
 * - `nobody`: the authenticator looks for nothing else, or does not run at all.
 * - `everybody`: nobody is asked; being able to reach the server is the credential.
 * - `somebody`: the authenticator may go by an address, a client certificate, a header that a proxy
 *   adds.
 */
export type Unshown = 'nobody' | 'everybody' | 'somebody'

/** How an action or an endpoint learns who calls, as far as protection against other sites goes. */
export interface CallerRule {
  /** Headers with keys, lower-case, that a browser never adds by itself. */
  readonly keyHeaders: readonly string[]
  readonly unshown: Unshown
}

/**
 * Schemes of `Authorization` that no browser adds by itself. The passwords and tickets that it
 * keeps (Basic, Digest, Negotiate, NTLM) go out with every request to their server, whichever page
 * made it. What is not known here may be one of those.
 */
const SHOWN_BY_PROGRAMS = /^(?:bearer|dpop) +[^\s]/i

/**
 * True when a request shows a credential that only whoever holds it can have added: another site's
 * page would have to ask by a preflight first.
 */
export function showsOwnCredential(raw: RawHeaders, { keyHeaders }: CallerRule): boolean {
  const authorization = firstHeader(raw, 'authorization')
  if (authorization !== undefined && SHOWN_BY_PROGRAMS.test(authorization)) return true
  return keyHeaders.some((name) => (firstHeader(raw, name) ?? '') !== '')
}

/** True when a request carries something that a browser adds by itself. */
export function carriesAmbient(raw: RawHeaders): boolean {
  // An `Authorization` that is not known to be a program's.
  return firstHeader(raw, 'cookie') !== undefined || firstHeader(raw, 'authorization') !== undefined
}

/**
 * Request headers that a browser writes without being asked, or that another site's page may write
 * without a preflight (Fetch, "CORS-safelisted request-header"). An authenticator that reads one of
 * them goes by something that every page can have sent.
 */
const NOT_KEYS: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'authorization',
  'cache-control',
  'connection',
  'content-language',
  'content-length',
  'content-type',
  'cookie',
  'date',
  'device-memory',
  'dnt',
  'downlink',
  'dpr',
  'ect',
  'forwarded',
  'from',
  'host',
  'if-modified-since',
  'if-none-match',
  'origin',
  'pragma',
  'priority',
  'purpose',
  'range',
  'referer',
  'rtt',
  'save-data',
  'te',
  'upgrade',
  'upgrade-insecure-requests',
  'user-agent',
  'via',
  'viewport-width',
  'width',
])

/** True for a header whose presence says that no other site's page made the request by itself. */
export function isKeyHeader(name: string): boolean {
  return !NOT_KEYS.has(name) && !/^(?:sec-|proxy-|x-forwarded-|access-control-)/.test(name)
}
