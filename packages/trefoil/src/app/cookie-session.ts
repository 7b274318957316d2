import type { Clock } from '../base/clock.ts'
import { type Duration, parseDuration } from '../base/duration.ts'
import type { CookieOptions } from '../contract/answer/cookie-options.ts'
import { type Dependency, dependency } from '../contract/call/dependency.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { checkRecord, checkText } from '../contract/options/option-values.ts'
import type { ProductionRisk } from '../contract/options/production-risk.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { cookiesOf } from '../engine/views/provider-view.ts'
import { type CookieSession, sessionOpener } from '../identity/cookie-session.ts'
import { cookieKeys, type KeyMaterial, type KeyRing } from '../identity/key-ring.ts'
import { secretWeakness } from '../identity/secret-weakness.ts'
import { formatSetCookie } from '../web/cookie-header.ts'
import { type Environment, fillFromEnvironment, processEnvironment } from './options/environment.ts'
import { SESSION_VARIABLES } from './options/environment-variables.ts'

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

const OPTIONS: OptionNames<CookieSessionOptions> = {
  keys: true,
  name: true,
  maxAge: true,
  sameSite: true,
  secure: true,
  domain: true,
  path: true,
  env: true,
  clock: true,
}

/** Seconds; browsers keep no cookie longer (RFC 6265bis §5.5). */
const MAX_AGE_LIMIT = 400 * 24 * 60 * 60

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
  checkRecord('cookieSession(): options', given)
  checkOptionNames('cookieSession()', given, OPTIONS)
  const env = given.env ?? processEnvironment()
  const { options } = fillFromEnvironment(given, env, SESSION_VARIABLES)
  const { sameSite = 'lax', secure = true, path = '/', domain } = options
  if (typeof secure !== 'boolean') throw mistake('secure must be true or false')
  checkText('cookieSession() name', options.name)
  const name = options.name ?? defaultName(secure, path, domain)
  const attributes = { sameSite, secure, path, ...(domain === undefined ? {} : { domain }) }
  checkCookie(name, attributes)
  const open = sessionOpener({
    keys: readKeys(options.keys),
    name,
    maxAge: readMaxAge(options.maxAge),
    attributes,
    ...(options.clock === undefined ? {} : { clock: options.clock }),
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
function defaultName(secure: boolean, path: string, domain: string | undefined): string {
  return secure && path === '/' && domain === undefined ? '__Host-session' : 'session'
}

function checkCookie(name: string, attributes: CookieOptions): void {
  try {
    formatSetCookie(name, '', attributes)
  } catch (error) {
    throw mistake(`cannot use that cookie: ${error instanceof Error ? error.message : ''}`, error)
  }
}

function readKeys(keys: KeyMaterial | KeyRing | undefined): KeyRing {
  if (keys === undefined) {
    throw mistake('needs a secret: set TREFOIL_SESSION_SECRET, or give keys')
  }
  const ring = cookieKeys(keys)
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

function readMaxAge(value: Duration = '4h'): number {
  const seconds = (parseDuration(value) ?? 0) / 1000
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_AGE_LIMIT) {
    throw mistake("maxAge must be whole seconds, at most 400 days, such as '4h'")
  }
  return seconds
}

function risksOfCookie(name: string, secure: boolean): readonly ProductionRisk[] {
  if (secure) return []
  const message = `cookieSession '${name}' must be secure: its cookie travels unencrypted`
  return [{ code: 'insecure_cookie', message }]
}
