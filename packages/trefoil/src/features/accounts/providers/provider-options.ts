import type { Duration, Secret } from '../../../index.ts'
import { addressMistake } from '../../../inner.ts'
import { kinds, type OptionGroup, type OptionKind, REQUIRED, type Values } from '../../../parts.ts'

/** Options of {@link oidcProvider}. */
export interface OidcProviderOptions {
  /** Its name to the letter, such as `https://accounts.google.com`; its discovery document is found by it. */
  readonly issuer: string
  /** What it knows this app by. */
  readonly clientId: string
  /** Default none: the app is a public client there. */
  readonly clientSecret?: string | Secret
  /** Beside `openid`. Default `email`. */
  readonly scopes?: readonly string[]
  /**
   * Whether whoever it names as the owner of a mailbox is taken for that: for all addresses, or those of some
   * domains. Default false: its people are known by its id for them alone.
   */
  readonly trustsEmail?: boolean | readonly string[]
  /** How long it may take for each answer. Default `5s`. */
  readonly timeout?: Duration
}

/** {@link OidcProviderOptions} after reading; durations are milliseconds. */
export type OidcProviderValues = Values<
  OidcProviderOptions,
  {
    clientSecret: string | null
    trustsEmail: boolean | readonly string[]
    timeout: number
  }
>

const issuer: OptionKind<string> = {
  words: 'text',
  read(value) {
    const url = typeof value === 'string' ? URL.parse(value) : null
    if (typeof value !== 'string' || url === null) {
      return { mistake: 'must be an address such as https://accounts.example.com' }
    }
    const mistake = addressMistake(url)
    if (mistake !== null) return { mistake }
    if (value.includes('?')) return { mistake: 'must have no query' }
    if (/\s/.test(value)) return { mistake: 'must have no spaces and line breaks' }
    return url.pathname.includes('/.well-known/')
      ? { mistake: 'must be the name itself, without /.well-known/openid-configuration' }
      : { value }
  },
}

const HOUR = 3_600_000

/** Without any time each login would fail, and only when somebody signs in. */
const timeout: OptionKind<number> = {
  ...kinds.duration,
  read(value, path) {
    const reading = kinds.duration.read(value, path)
    const isGood = 'value' in reading && reading.value >= 1 && reading.value <= HOUR
    return isGood || 'mistake' in reading
      ? reading
      : { mistake: 'must be a duration from 1ms to 1h' }
  },
}

/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]{1,256}$/

const scopes: OptionKind<readonly string[]> = kinds.list((scope) =>
  SCOPE.test(scope) ? null : 'is no scope such as email',
)

const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/

const trust: OptionKind<boolean | readonly string[]> = {
  words: 'flag or list',
  read(value) {
    if (typeof value === 'boolean') return { value }
    const domains: readonly unknown[] = Array.isArray(value) ? [...value] : []
    const isGood = domains.length > 0 && domains.every(isDomain)
    return isGood
      ? { value: Object.freeze(domains as readonly string[]) }
      : { mistake: "must be true, false, or domains in lower case such as ['example.com']" }
  },
}

function isDomain(value: unknown): boolean {
  return typeof value === 'string' && DOMAIN.test(value)
}

/** The rows of {@link OidcProviderOptions}. */
export const OIDC_PROVIDER: OptionGroup<OidcProviderOptions, OidcProviderValues> = {
  name: 'oidcProvider()',
  prefix: 'TREFOIL_AUTH_OIDC',
  rows: {
    issuer: {
      read: issuer,
      default: REQUIRED,
      doc: 'Its name to the letter, such as `https://accounts.google.com`; its discovery document is found by it.',
    },
    clientId: { read: kinds.text, default: REQUIRED, doc: 'What it knows this app by.' },
    clientSecret: {
      read: kinds.orNull(kinds.secretText),
      default: null,
      shown: 'none: the app is a public client there',
      doc: 'What goes with it.',
    },
    scopes: { read: scopes, default: ['email'], shown: '`email`', doc: 'Beside `openid`.' },
    trustsEmail: {
      read: trust,
      default: false,
      doc: 'Whether whoever it names as the owner of a mailbox is taken for that: for all addresses, or those of some domains.',
    },
    timeout: { read: timeout, default: '5s', doc: 'How long it may take for each answer.' },
  },
}

/** Where browsers come back to. */
export interface OAuthOptions {
  /** Origin, and path if any, under which browsers reach this app. Default the origin of `appUrl`. */
  readonly url?: string
  /** Where a browser is sent on to that did not say where: a path of `appUrl`, or a URL. Default `/`. */
  readonly returnTo?: string
  /** Other origins that a login may go on to, to the letter. Default none: that of `appUrl` alone. */
  readonly returnOrigins?: readonly string[]
}

/** {@link OAuthOptions} after reading. */
export type OAuthValues = Values<OAuthOptions, { url: string | null }>

/** The rows of {@link OAuthOptions}. */
export const OAUTH: OptionGroup<OAuthOptions, OAuthValues> = {
  name: 'accounts(): oauth',
  prefix: 'TREFOIL_AUTH_OAUTH',
  rows: {
    url: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown: 'the origin of `appUrl`',
      variable: true,
      doc: 'Origin, and path if any, under which browsers reach this app.',
    },
    returnTo: {
      read: kinds.text,
      default: '/',
      variable: true,
      doc: 'Where a browser is sent on to that did not say where: a path of `appUrl`, or a URL.',
    },
    returnOrigins: {
      read: kinds.list(),
      default: [],
      shown: 'none: that of `appUrl` alone',
      variable: true,
      doc: 'Other origins that a login may go on to, to the letter.',
    },
  },
}
