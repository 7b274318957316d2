const NONCE = /^[A-Za-z0-9+/_-]{16,}={0,2}$/

/**
 * The Content-Security-Policy of the docs pages: nothing is loaded, and only the page's own
 * style and script run (DOCS-1).
 *
 * @param nonce at least 16 base64 or base64url characters, fresh for every answer
 * @throws TypeError for anything else: a quote or semicolon would add directives of its own
 */
export function docsCsp(nonce: string): string {
  assertNonce(nonce)
  return [
    "default-src 'none'",
    `style-src 'nonce-${nonce}'`,
    `script-src 'nonce-${nonce}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** @throws TypeError when `nonce` is not base64 text of at least 16 characters */
export function assertNonce(nonce: string): void {
  if (!NONCE.test(nonce)) throw new TypeError('A CSP nonce is at least 16 base64 characters')
}
