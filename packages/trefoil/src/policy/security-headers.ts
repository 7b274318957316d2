/** How many security headers answers carry: Quater's set, or none (SEC-7). */
export type SecurityMode = 'strict' | 'off'

const STRICT: readonly string[] = [
  'x-content-type-options',
  'nosniff',
  'referrer-policy',
  'same-origin',
  'x-frame-options',
  'DENY',
]

/** One year, over https only: over http a browser ignores it and a man in the middle drops it. */
const STRICT_TLS: readonly string[] = [
  ...STRICT,
  'strict-transport-security',
  'max-age=31536000; includeSubDomains',
]

const NONE: readonly string[] = []

/** Header names and values in turn for every answer of this mode. */
export function securityHeaders(mode: SecurityMode, scheme: 'http' | 'https'): readonly string[] {
  if (mode === 'off') return NONE
  return scheme === 'https' ? STRICT_TLS : STRICT
}
