import type { Clock } from '../base/clock.ts'
import type { Duration } from '../base/duration.ts'
import { isRecord } from '../base/plain/is-record.ts'
import type { CookieOptions } from '../contract/answer/cookie-options.ts'
import { type Dependency, dependency } from '../contract/call/dependency.ts'
import {
  type Environment,
  givenEnvironment,
  processEnvironment,
} from '../contract/options/environment.ts'
import { choice, clock, flag, kind, seconds, text } from '../contract/options/kinds.ts'
import { type OptionGroup, REQUIRED, type Values } from '../contract/options/option-rows.ts'
import type { ProductionRisk } from '../contract/options/production-risk.ts'
import { readOptions } from '../contract/options/read-options.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { cookiesOf } from '../engine/views/provider-view.ts'
import { type CookieSession, sessionOpener } from '../identity/cookie-session.ts'
import { cookieKeys, type KeyMaterial, type KeyRing, keyOption } from '../identity/key-ring.ts'
import { secretWeakness } from '../identity/secret-weakness.ts'
import { formatSetCookie } from '../web/cookie-header.ts'

/** Options of {@link cookieSession}; those with a variable (docs/cookies.md) may come from the environment instead. */
export interface CookieSessionOptions {
  /** Signing secret of at least 32 bytes, or a ring of them. No default. */
  readonly keys?: KeyMaterial | KeyRing
  /** Name of the cookie. Default `__Host-session` where its rules are kept, else `session`. */
  readonly name?: string
  /** Lifetime from the last change, in whole seconds: text such as `4h`. Default `4h`. */
  readonly maxAge?: Duration
  /** Default `lax`; `none` needs `secure`. */
  readonly sameSite?: 'strict' | 'lax' | 'none'
  /** Sent over https only. Default true. */
  readonly secure?: boolean
  /** Sub-domains of this one receive the cookie too. Default: this host alone. */
  readonly domain?: string
  /** Default `/`. */
  readonly path?: string
  /** Variables that stand in for absent options; `{}` for none. Default: those of the process. */
  readonly env?: Environment
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

/** {@link CookieSessionOptions} after reading; the lifetime in seconds. */
export type CookieSessionValues = Values<
  CookieSessionOptions,
  {
    readonly name: string | null
    readonly domain: string | null
    readonly env: Environment | null
    readonly clock: Clock | null
  }
>

/** Seconds; browsers keep no cookie longer (RFC 6265bis §5.5). */
const MAX_AGE_LIMIT = 400 * 24 * 60 * 60

/** The rows of {@link CookieSessionOptions} (S-SCM-1). */
export const SESSION: OptionGroup<CookieSessionOptions, CookieSessionValues> = {
  name: 'cookieSession()',
  prefix: 'TREFOIL_SESSION',
  rows: {
    keys: {
      read: keyOption,
      default: REQUIRED,
      variable: 'TREFOIL_SESSION_SECRET',
      doc: 'Signing secret of at least 32 bytes, or a `keyRing(current, previous)`.',
    },
    name: {
      read: text,
      default: null,
      shown: '`__Host-session`',
      variable: 'TREFOIL_SESSION_COOKIE_NAME',
      doc: 'Name of the cookie; `session` where the rules of `__Host-` are not kept.',
    },
    maxAge: {
      read: seconds({ least: 1, most: MAX_AGE_LIMIT }),
      default: '4h',
      variable: true,
      doc: 'Lifetime from the last change, in whole seconds.',
    },
    sameSite: {
      read: choice(['strict', 'lax', 'none']),
      default: 'lax',
      variable: true,
      doc: '`strict`, `lax`, or `none`, which needs `secure`.',
    },
    secure: { read: flag, default: true, variable: true, doc: 'Sent over https only.' },
    domain: {
      read: text,
      default: null,
      shown: 'this host',
      doc: 'Sub-domains of this one receive the cookie too.',
    },
    path: { read: text, default: '/', doc: 'Sent with requests below this path.' },
    env: {
      read: kind('an object of variables', (value): value is Environment => isRecord(value)),
      default: null,
      shown: 'those of the process',
      doc: 'Variables that stand in for absent options; `{}` for none.',
    },
    clock: {
      read: clock,
      default: null,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}

/**
 * A session in a signed cookie, as a dependency: `get`, `set`, `delete` and `clear` in handlers,
 * authenticators and other dependencies of HTTP calls. The cookie is sent only when something
 * changed, and never with a 5xx (S-SCM-1).
 *
 * @throws ImproperlyConfigured for a missing, short, example or guessable secret, and for
 * attributes that browsers refuse
 */
export function cookieSession<Data extends object = Record<string, unknown>>(
  given: CookieSessionOptions = {},
): Dependency<CookieSession<Data>> {
  const env = givenEnvironment(given) ?? processEnvironment()
  const options = readOptions(SESSION, given, { env })
  const { sameSite, secure, path, domain, maxAge, clock } = options
  const name = options.name ?? defaultName(secure, path, domain)
  const attributes = { sameSite, secure, path, ...(domain === null ? {} : { domain }) }
  checkCookie(name, attributes)
  const open = sessionOpener({
    keys: readKeys(options.keys),
    name,
    maxAge,
    attributes,
    ...(clock === null ? {} : { clock }),
  })
  const session = dependency(
    (_, call) => {
      const cookies = cookiesOf(call)
      if (cookies !== null) return open(cookies)
      throw mistake('is for calls over HTTP only; agents and programs send no cookies')
    },
    { name: 'cookieSession', ambient: true, risks: risksOfCookie(name, secure) },
  )
  // What a browser brings was signed by this app, which put in what `Data` says.
  return session as Dependency<CookieSession<Data>>
}

function mistake(text: string, cause?: unknown): ImproperlyConfigured {
  return new ImproperlyConfigured(`cookieSession() ${text}`, { cause })
}

/** The prefix keeps sub-domains and plain http from planting a session of their choice. */
function defaultName(secure: boolean, path: string, domain: string | null): string {
  return secure && path === '/' && domain === null ? '__Host-session' : 'session'
}

function checkCookie(name: string, attributes: Omit<CookieOptions, 'maxAge'>): void {
  try {
    formatSetCookie(name, '', attributes)
  } catch (error) {
    throw mistake(`cannot use that cookie: ${error instanceof Error ? error.message : ''}`, error)
  }
}

function readKeys(keys: KeyMaterial | KeyRing): KeyRing {
  const ring = cookieKeys('cookieSession(): keys', keys)
  for (const key of [ring.current, ...ring.previous]) {
    const weakness = secretWeakness(key)
    if (weakness !== null) {
      throw mistake(
        `refuses the secret (TREFOIL_SESSION_SECRET, or keys), which is ${weakness}; ` +
          'make one with: openssl rand -base64 48',
      )
    }
  }
  return ring
}

function risksOfCookie(name: string, secure: boolean): readonly ProductionRisk[] {
  if (secure) return []
  const message = `cookieSession '${name}' must be secure: its cookie travels unencrypted`
  return [{ code: 'insecure_cookie', message }]
}
