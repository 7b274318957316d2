import { type Reply, type ReplyOptions, reply } from '../../../contract/answer/reply.ts'
import { checkOptionNames, type OptionNames } from '../../../contract/options/option-names.ts'
import { checkFlag, shownValue } from '../../../contract/options/option-values.ts'
import { valueKind } from '../../../contract/options/value-kind.ts'
import { ImproperlyConfigured, type Problem, refuse } from '../../../contract/problems/problem.ts'

/** Statuses that send somewhere else. */
export type RedirectStatus = 301 | 302 | 303 | 307 | 308

/** Options of {@link redirect}. */
export interface RedirectOptions extends Omit<ReplyOptions, 'status' | 'etag' | 'compress'> {
  /**
   * Default 307: the client repeats the same method and body there. 303 makes it a GET, as after
   * a form. 301 and 308 are kept by browsers for good.
   */
  readonly status?: RedirectStatus
  /** Allow an absolute http or https URL of another site. Default false. */
  readonly allowExternal?: boolean
}

const OPTIONS: OptionNames<RedirectOptions> = {
  status: true,
  allowExternal: true,
  headers: true,
  cookies: true,
  content: true,
  meta: true,
}
const STATUSES: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
const CONTROL = /[\x00-\x1f\x7f]/
const SCHEME = /^[a-z][a-z0-9+.-]*:/i
const NOT_VISIBLE_ASCII = /[^\x21-\x7e]/gu

/**
 * Sends the client to another address; MCP and CLI callers get `null`.
 *
 * Only a place on this site is accepted unless `allowExternal` is given. Text of a caller (`?next=`)
 * would otherwise send people to another site under your name (an open redirect): `//host`,
 * `/\host` and `https:host` all leave the site in a browser. Never combine `allowExternal` with
 * text of a caller unless you compared its origin with a list of your own.
 *
 * @throws Problem 400 for a place that is not allowed or has control characters: who sends `?next=` is
 * told so, and cannot fill the log with errors (FND-52)
 * @throws ImproperlyConfigured for a location that is no text, an unknown option, and another status than 301, 302, 303, 307 and 308
 */
export function redirect(location: string, options: RedirectOptions = {}): Reply<null> {
  checkOptionNames('redirect()', options, OPTIONS)
  checkFlag('redirect(): allowExternal', options.allowExternal)
  const { status = 307, allowExternal = false, ...rest } = options
  if (!STATUSES.has(status)) {
    throw new ImproperlyConfigured(
      `redirect(): status must be 301, 302, 303, 307 or 308, got ${shownValue(status)}`,
    )
  }
  if (typeof location !== 'string') {
    throw new ImproperlyConfigured(
      `redirect() takes the text of a location, got ${valueKind(location)}`,
    )
  }
  // A line break would start a header of the attacker's; browsers drop tabs inside a URL, so
  // `/<tab>/host` would read as `//host`.
  if (location === '' || CONTROL.test(location)) {
    throw refused('The address to go on to is empty or has control characters')
  }
  const target = allowExternal && !isLocal(location) ? externalUrl(location) : localUrl(location)
  return reply(null, { ...rest, status, headers: { ...rest.headers, location: target } })
}

/** Without a stack, as any refusal: a caller may have as many of them as it likes. */
function refused(detail: string): Problem {
  return refuse('http_error', {
    status: 400,
    detail,
    fix: 'Give a place on this site, such as /orders; redirect(…, { allowExternal: true }) goes to others.',
  })
}

function localUrl(location: string): string {
  if (!isLocal(location)) {
    throw refused('The address to go on to leaves this site')
  }
  return location.toWellFormed().replace(NOT_VISIBLE_ASCII, encodeURIComponent)
}

/** Stays on this site however a browser reads it. Browsers take a backslash for a slash. */
function isLocal(location: string): boolean {
  if (SCHEME.test(location.trim()) || /^\s/.test(location)) return false
  if (/[?#]/.test(location) ? /\\.*[?#]/.test(location) : location.includes('\\')) return false
  return staysOn('http://site.invalid', location) && staysOn('https://site.invalid', location)
}

function staysOn(site: string, location: string): boolean {
  return URL.canParse(location, `${site}/a/b`) && new URL(location, `${site}/a/b`).origin === site
}

function externalUrl(location: string): string {
  const url = URL.canParse(location) ? new URL(location) : null
  // `javascript:` and `data:` would run in the page that follows the redirect.
  const isWeb = url !== null && /^https?:\/\//i.test(location) && /^https?:$/.test(url.protocol)
  if (!isWeb || location.includes('\\')) {
    throw refused(
      'The address to go on to is neither on this site nor an absolute http or https URL',
    )
  }
  return url.href
}
