import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { checkFlag, checkRecord, shownValue } from '../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { checkHeaders } from './check-headers.ts'
import { type CspDirectives, formatCsp } from './content-security-policy.ts'

/** `strict`: a small set for APIs (SEC-7); `web`: a larger one for pages (S-HDR); `off`: none. */
export type SecurityMode = 'strict' | 'web' | 'off'

/** Strict-Transport-Security, sent over https only. */
export interface HstsOptions {
  /** Seconds. Default one year (`strict`) or two (`web`). */
  readonly maxAge?: number
  /** Default true. */
  readonly includeSubDomains?: boolean
  /** Ask browsers to ship the rule: hard to take back. Default false. */
  readonly preload?: boolean
}

export interface SecurityHeaderOptions {
  readonly mode: SecurityMode
  readonly contentSecurityPolicy: string | CspDirectives | null
  /** `false` sends none; `undefined` is the default of the mode. */
  readonly hsts: HstsOptions | false | undefined
  /** Headers set last: a value replaces, `null` removes. */
  readonly overrides: Readonly<Record<string, string | null>>
}

const HSTS_OPTIONS: OptionNames<HstsOptions> = {
  maxAge: true,
  includeSubDomains: true,
  preload: true,
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

/**
 * Header names and values in turn for every answer: defaults, then the policy given, then the
 * overrides (S-HDR-1). What a handler sets itself replaces these.
 *
 * @throws ImproperlyConfigured naming the option
 */
export function securityHeaders(
  options: SecurityHeaderOptions,
  scheme: 'http' | 'https',
): readonly string[] {
  const { mode, contentSecurityPolicy: csp, hsts, overrides } = options
  checkHsts(hsts)
  const headers = new Map<string, string>(Object.entries(SETS[mode]))
  if (csp !== null) headers.set('content-security-policy', formatCsp(csp))
  if (scheme === 'https' && hsts !== false && (mode !== 'off' || hsts !== undefined)) {
    headers.set('strict-transport-security', formatHsts(hsts ?? {}, mode))
  }
  for (const [name, value] of Object.entries(checkHeaders('responseHeaders', overrides))) {
    if (value === null) headers.delete(name)
    else headers.set(name, value)
  }
  return [...headers].flat()
}

function checkHsts(hsts: HstsOptions | false | undefined): void {
  if (hsts === false || hsts === undefined) return
  checkRecord('hsts', hsts, 'an object of options, or false for none')
  checkOptionNames('hsts', hsts, HSTS_OPTIONS)
  checkFlag('hsts.includeSubDomains', hsts.includeSubDomains)
  checkFlag('hsts.preload', hsts.preload)
  const { maxAge } = hsts
  if (maxAge !== undefined && (!Number.isSafeInteger(maxAge) || maxAge < 0)) {
    throw new ImproperlyConfigured(
      `hsts.maxAge must be a whole number of seconds, got ${shownValue(maxAge)}`,
    )
  }
}

function formatHsts(options: HstsOptions, mode: SecurityMode): string {
  const {
    maxAge = mode === 'web' ? 2 * YEAR : YEAR,
    includeSubDomains = true,
    preload = false,
  } = options
  // Browsers ship a rule only with both; without them `preload` would be ignored in silence.
  if (preload && (maxAge < YEAR || !includeSubDomains)) {
    throw new ImproperlyConfigured(
      'hsts.preload needs includeSubDomains and a maxAge of a year or more',
    )
  }
  return [
    `max-age=${maxAge}`,
    ...(includeSubDomains ? ['includeSubDomains'] : []),
    ...(preload ? ['preload'] : []),
  ].join('; ')
}
