import { isRecord } from '../base/plain/is-record.ts'
import { valueKind } from '../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { isHeaderValue } from '../web/raw-headers.ts'

/** Directives of a policy: `{ 'script-src': ["'self'", NONCE] }`; an empty list for bare ones. */
export type CspDirectives = Readonly<Record<string, readonly string[]>>

/** Stands for a fresh nonce of every answer; `call.cspNonce` is the same value. */
export const NONCE = "'nonce-{nonce}'"

/**
 * A policy for pages of this site: nothing but what carries the nonce runs or is styled, images are of this site, forms go
 * to this site, nobody frames it (SW-32). `{ ...STRICT_CSP, 'connect-src': ["'self'"] }` allows more.
 */
export const STRICT_CSP: CspDirectives = Object.freeze({
  'default-src': Object.freeze(["'none'"]),
  'script-src': Object.freeze([NONCE]),
  'style-src': Object.freeze([NONCE]),
  'img-src': Object.freeze(["'self'", 'data:']),
  'form-action': Object.freeze(["'self'"]),
  'base-uri': Object.freeze(["'none'"]),
  'frame-ancestors': Object.freeze(["'none'"]),
})

const DIRECTIVE = /^[a-z][a-z-]*$/
const SOURCE = /^[^\s;,]+$/

/**
 * Writes a Content-Security-Policy. A `;` or `,` inside a source would end the directive and
 * start one of the writer's choice, so it is refused.
 *
 * @throws ImproperlyConfigured naming the directive
 */
export function formatCsp(policy: string | CspDirectives): string {
  if (typeof policy !== 'string' && !isRecord(policy)) {
    throw new ImproperlyConfigured(
      `browser.contentSecurityPolicy must be text or an object of directives, got ${valueKind(policy)}`,
    )
  }
  const text = typeof policy === 'string' ? policy.trim() : joinDirectives(policy)
  if (text === '') throw new ImproperlyConfigured('browser.contentSecurityPolicy must not be empty')
  if (!isHeaderValue(text)) {
    throw new ImproperlyConfigured(
      'browser.contentSecurityPolicy has characters a header cannot carry',
    )
  }
  return text
}

function joinDirectives(directives: CspDirectives): string {
  return Object.entries(directives)
    .map(([name, sources]) => {
      if (!DIRECTIVE.test(name)) {
        throw new ImproperlyConfigured(
          `browser.contentSecurityPolicy: '${name}' is not a directive name`,
        )
      }
      // Text is iterable: its letters would be the sources.
      if (!Array.isArray(sources)) {
        throw new ImproperlyConfigured(
          `browser.contentSecurityPolicy: ${name} must be a list of sources, such as ["'self'"], got ${valueKind(sources)}`,
        )
      }
      for (const [index, source] of sources.entries()) {
        if (typeof source !== 'string' || !SOURCE.test(source)) {
          throw new ImproperlyConfigured(
            `browser.contentSecurityPolicy: source ${index + 1} of ${name} is not a source`,
          )
        }
      }
      return [name, ...sources].join(' ')
    })
    .join('; ')
}
