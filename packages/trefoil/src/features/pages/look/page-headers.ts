import { createHash } from 'node:crypto'

/** What the policy of a page allows beside itself. */
export interface PagePolicy {
  /** Of scripts of this site that the page loads; `null` for none. */
  readonly nonce: string | null
  /** Origins that an answer to its form may send the browser on to. */
  readonly formTargets: readonly string[]
}

/** The Content-Security-Policy source of an inline script or style. */
export function hashSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`
}

/**
 * Nothing but the style and the script of the page itself, by their hashes; nothing from elsewhere; no frame; forms
 * go to this site.
 */
export function pageCsp(style: string, script: string, { nonce, formTargets }: PagePolicy): string {
  return [
    "default-src 'none'",
    `style-src ${style}`,
    `script-src ${script}${nonce === null ? '' : ` 'nonce-${nonce}'`}`,
    "img-src 'self' data:",
    ...(nonce === null ? [] : ["connect-src 'self'"]),
    // Browsers hold the redirect after a form to it too.
    `form-action ${["'self'", ...formTargets].join(' ')}`,
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Headers of every page, and of every refusal of one. */
export function pageHeaders(csp: string): Readonly<Record<string, string>> {
  return {
    'content-security-policy': csp,
    // After signing out, the button Back must show nothing.
    'cache-control': 'no-store',
    // Not `no-referrer`: with it browsers send `Origin: null` with a form.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    vary: 'Accept-Language',
  }
}
