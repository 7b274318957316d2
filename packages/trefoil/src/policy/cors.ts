import { readOptions } from '../contract/options/read-options.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { firstHeader, isToken, type RawHeaders } from '../web/raw-headers.ts'
import { CORS, type CorsOptions, type CorsValues } from './cors-options.ts'

/** CORS as decisions over raw headers: names and values in turn, for the answer. */
export interface Cors {
  /** Exact origins, which MCP takes over when it has no list of its own (MCP-3). */
  readonly exactOrigins: ReadonlySet<string>
  /** True for `*` and for a pattern that matches origins nobody can have meant. */
  readonly admitsEveryone: boolean
  readonly allowsCredentials: boolean
  /** Whether pages of an origin are let in: named exactly, or like everybody. */
  grants(origin: string): 'exactly' | 'everybody' | 'no'
  isPreflight(method: string, raw: RawHeaders): boolean
  preflightHeaders(raw: RawHeaders): readonly string[]
  /** For every other answer, refusals included. */
  headers(raw: RawHeaders): readonly string[]
}

/** @throws ImproperlyConfigured naming the option (CORS-1) */
export function createCors(options: CorsOptions): Cors {
  return corsOf(readOptions(CORS, options))
}

/** @throws ImproperlyConfigured when what is read does not go together (CORS-1) */
export function corsOf(options: CorsValues): Cors {
  const { allowedOrigins: origins, allowCredentials: credentials, maxAge } = options
  const pattern = compilePattern(options.allowedOriginPattern)
  const methods = options.allowedMethods.map((method) => method.toUpperCase())
  const allowedHeaders = options.allowedHeaders.map((name) => name.toLowerCase())
  const exposed = options.exposeHeaders.map((name) => name.toLowerCase())
  const anyOrigin = origins.includes('*')
  const anyMatches = pattern !== null && STRANGERS.some((origin) => pattern.test(origin))
  checkOrigins(origins, pattern, credentials)
  if (anyMatches && credentials) throw everybodyMatches()
  const exact = new Set(origins.filter((origin) => origin !== '*'))
  // Echoed origins make answers differ by Origin, so every answer must say so, or a cache hands
  // one site's permission to another (W-29).
  const varies = !anyOrigin

  /** `null` is the origin of every sandboxed frame, so no pattern can mean it. */
  function matches(origin: string): boolean {
    return pattern?.test(origin) === true && origin !== 'null'
  }

  function allowed(origin: string | undefined): string | null {
    if (origin === undefined) return null
    if (anyOrigin) return '*'
    return exact.has(origin) || matches(origin) ? origin : null
  }

  function originHeaders(origin: string | undefined): string[] {
    const headers: string[] = varies ? ['vary', 'Origin'] : []
    const grant = allowed(origin)
    if (grant === null) return headers
    headers.push('access-control-allow-origin', grant)
    if (credentials) headers.push('access-control-allow-credentials', 'true')
    return headers
  }

  return {
    exactOrigins: exact,
    admitsEveryone: anyOrigin || anyMatches,
    allowsCredentials: credentials,
    grants(origin) {
      if (exact.has(origin)) return 'exactly'
      const isMatch = matches(origin)
      if (isMatch && !anyMatches) return 'exactly'
      return isMatch || anyOrigin ? 'everybody' : 'no'
    },
    isPreflight: (method, raw) =>
      method === 'OPTIONS' &&
      firstHeader(raw, 'origin') !== undefined &&
      firstHeader(raw, 'access-control-request-method') !== undefined,
    headers(raw) {
      const origin = firstHeader(raw, 'origin')
      const headers = originHeaders(origin)
      if (exposed.length > 0 && allowed(origin) !== null) {
        headers.push('access-control-expose-headers', exposed.join(', '))
      }
      return headers
    },
    preflightHeaders(raw) {
      const origin = firstHeader(raw, 'origin')
      const headers = originHeaders(origin)
      const requested = firstHeader(raw, 'access-control-request-headers')
      const reflects = allowedHeaders.length === 0 || allowedHeaders.includes('*')
      if (reflects) addVary(headers, 'Access-Control-Request-Headers')
      if (allowed(origin) === null) return headers
      headers.push('access-control-allow-methods', methods.join(', '))
      const granted = reflects ? reflect(requested, allowedHeaders) : allowedHeaders.join(', ')
      if (granted !== '') headers.push('access-control-allow-headers', granted)
      if (maxAge !== null) headers.push('access-control-max-age', String(maxAge))
      const wantsPrivate = firstHeader(raw, 'access-control-request-private-network') === 'true'
      if (wantsPrivate && options.allowPrivateNetwork) {
        headers.push('access-control-allow-private-network', 'true')
      }
      return headers
    },
  }
}

/** Adds a name to `vary`, once (CORS-5). */
export function addVary(headers: string[], name: string): void {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] !== 'vary') continue
    const names = (headers[index + 1] as string).toLowerCase().split(/\s*,\s*/)
    if (names.includes('*') || names.includes(name.toLowerCase())) return
    headers[index + 1] = `${headers[index + 1]}, ${name}`
    return
  }
  headers.push('vary', name)
}

/** Requested names, lower-case and once each; one that is no header name spoils them all (CORS-4). */
function reflect(requested: string | undefined, configured: readonly string[]): string {
  const names = (requested ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
  if (names.every(isToken)) return [...new Set(names)].join(', ')
  return configured.includes('*') ? '*' : ''
}

/**
 * Origins of people whom no list can have meant: names that anybody may register, addresses, other
 * schemes and ports. A pattern that matches one of them matches strangers.
 */
const STRANGERS: readonly string[] = [
  ...['invalid', 'example', 'com', 'net', 'org', 'io', 'dev', 'app', 'de', 'co.uk'].flatMap(
    (domain) =>
      ['https://zq', 'http://zq', 'https://a.zq'].map((start) => `${start}stranger.${domain}`),
  ),
  'https://zqstranger.com:8443',
  'https://192.0.2.77',
  'http://192.0.2.77',
  'http://[2001:db8::77]',
  'zqstranger://zqstranger',
]

function everybodyMatches(): ImproperlyConfigured {
  return new ImproperlyConfigured(
    'browser.cors.allowedOriginPattern matches origins of strangers, which cannot go together with browser.cors.allowCredentials; name the domain',
  )
}

function compilePattern(source: string | null): RegExp | null {
  if (source === null) return null
  try {
    // Alone first: `a)|(?:b` is none, but would break out of the group that anchors it.
    new RegExp(source)
    // Unanchored, `example\.com` would also match https://example.com.evil.net.
    return new RegExp(`^(?:${source})$`)
  } catch {
    throw new ImproperlyConfigured('browser.cors.allowedOriginPattern must be a regular expression')
  }
}

function checkOrigins(
  origins: readonly string[],
  pattern: RegExp | null,
  credentials: boolean,
): void {
  if (origins.length === 0 && pattern === null) {
    throw new ImproperlyConfigured('browser.cors.allowedOrigins must name at least one origin')
  }
  if (credentials && origins.includes('*')) {
    throw new ImproperlyConfigured(
      "browser.cors.allowedOrigins cannot have '*' together with browser.cors.allowCredentials",
    )
  }
}
