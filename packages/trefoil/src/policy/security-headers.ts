import type { Duration } from '../base/duration.ts'
import { flag, seconds } from '../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../contract/options/option-rows.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'

/** `strict`: a small set for APIs (SEC-7); `web`: a larger one for pages (S-HDR); `off`: none. */
export type SecurityMode = 'strict' | 'web' | 'off'

/** Strict-Transport-Security, sent over https only. */
export interface HstsOptions {
  /** Whole seconds: text such as `365d`. Default one year (`strict`) or two (`web`). */
  readonly maxAge?: Duration
  /** Default true. */
  readonly includeSubDomains?: boolean
  /** Ask browsers to ship the rule: hard to take back. Default false. */
  readonly preload?: boolean
}

/** {@link HstsOptions} after reading. */
export type HstsValues = Values<HstsOptions, { readonly maxAge: number | null }>

/** The rows of {@link HstsOptions}. */
export const HSTS: OptionGroup<HstsOptions, HstsValues> = {
  name: 'browser.hsts',
  prefix: 'TREFOIL_BROWSER_HSTS',
  rows: {
    maxAge: {
      read: seconds(),
      default: null,
      shown: '`365d`; `730d` in `web`',
      variable: true,
      doc: 'How long browsers keep to https, in whole seconds.',
    },
    includeSubDomains: {
      read: flag,
      default: true,
      variable: true,
      doc: 'Also for the sub-domains.',
    },
    preload: {
      read: flag,
      default: false,
      variable: true,
      doc: 'Asks browsers to ship the rule, which is hard to take back. Needs `includeSubDomains` and a year or more.',
    },
  },
}

export interface SecurityHeaderOptions {
  readonly mode: SecurityMode
  /** `null`: the policy of the mode. */
  readonly contentSecurityPolicy: string | null
  /** `false` sends none; `null` is the default of the mode. */
  readonly hsts: HstsValues | false | null
  /** Headers set last, names in lower case: a value replaces, `null` removes. */
  readonly overrides: Readonly<Record<string, string | null>>
}

const COMMON = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const

const WEB_CSP =
  "default-src 'self'; script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; " +
  "style-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net; img-src 'self' data: https:; " +
  "connect-src 'self'; font-src 'self' https://cdn.jsdelivr.net; frame-ancestors 'none'; " +
  "base-uri 'self'; form-action 'self'"

const SETS: Readonly<Record<SecurityMode, Readonly<Record<string, string>>>> = {
  strict: { ...COMMON, 'referrer-policy': 'same-origin' },
  web: {
    ...COMMON,
    'referrer-policy': 'strict-origin-when-cross-origin',
    'x-xss-protection': '0',
    'content-security-policy': WEB_CSP,
  },
  off: {},
}

const YEAR = 31_536_000
const DEFAULT_HSTS = { includeSubDomains: true, preload: false }

/**
 * Header names and values in turn for every answer: defaults, then the policy given, then the
 * overrides (S-HDR-1). What a handler sets itself replaces these.
 *
 * @throws ImproperlyConfigured for a `preload` that browsers would not take
 */
export function securityHeaders(
  options: SecurityHeaderOptions,
  scheme: 'http' | 'https',
): readonly string[] {
  const { mode, contentSecurityPolicy: csp, hsts, overrides } = options
  const headers = new Map<string, string>(Object.entries(SETS[mode]))
  if (csp !== null) headers.set('content-security-policy', csp)
  if (scheme === 'https' && hsts !== false && (mode !== 'off' || hsts !== null)) {
    headers.set('strict-transport-security', formatHsts(hsts, mode))
  }
  for (const [name, value] of Object.entries(overrides)) {
    if (value === null) headers.delete(name)
    else headers.set(name, value)
  }
  return [...headers].flat()
}

function formatHsts(values: HstsValues | null, mode: SecurityMode): string {
  const { includeSubDomains, preload } = values ?? DEFAULT_HSTS
  const maxAge = values?.maxAge ?? (mode === 'web' ? 2 * YEAR : YEAR)
  // Browsers ship a rule only with both; without them `preload` would be ignored in silence.
  if (preload && (maxAge < YEAR || !includeSubDomains)) {
    throw new ImproperlyConfigured(
      'browser.hsts.preload needs includeSubDomains and a maxAge of a year or more',
    )
  }
  return [
    `max-age=${maxAge}`,
    ...(includeSubDomains ? ['includeSubDomains'] : []),
    ...(preload ? ['preload'] : []),
  ].join('; ')
}
