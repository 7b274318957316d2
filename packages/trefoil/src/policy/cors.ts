import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { checkFlag, checkRecord } from '../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { originMistake } from '../web/origin.ts'
import { firstHeader, isToken, type RawHeaders } from '../web/raw-headers.ts'

/** Which browser pages may read answers. CORS grants reading; it never authenticates. */
export interface CorsOptions {
  /** Exact origins, such as `https://app.example.com`; `*` for every one. */
  readonly allowedOrigins?: readonly string[]
  /**
   * A regular expression that a whole origin must match; anchored whether it says so or not. With
   * credentials not one that matches everybody's.
   */
  readonly allowedOriginPattern?: string
  /** Default DELETE GET HEAD OPTIONS PATCH POST PUT. */
  readonly allowedMethods?: readonly string[]
  /** Request headers a page may send; none or `*` reflects what it asks for. */
  readonly allowedHeaders?: readonly string[]
  /** Response headers a page may read. */
  readonly exposeHeaders?: readonly string[]
  /** Let pages send cookies; not together with `*`. Default false. */
  readonly allowCredentials?: boolean
  /** Seconds a preflight may be remembered. */
  readonly maxAge?: number
  /** Answer preflights from public pages to this server in a private network. Default false. */
  readonly allowPrivateNetwork?: boolean
}

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

const METHODS: readonly string[] = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT']

const CORS_OPTIONS: OptionNames<CorsOptions> = {
  allowedOrigins: true,
  allowedOriginPattern: true,
  allowedMethods: true,
  allowedHeaders: true,
  exposeHeaders: true,
  allowCredentials: true,
  maxAge: true,
  allowPrivateNetwork: true,
}

/** @throws ImproperlyConfigured naming the option (CORS-1) */
export function createCors(options: CorsOptions): Cors {
  checkRecord('cors', options)
  checkOptionNames('cors', options, CORS_OPTIONS)
  checkFlag('CORS allowCredentials', options.allowCredentials)
  checkFlag('CORS allowPrivateNetwork', options.allowPrivateNetwork)
  const origins = strings('allowedOrigins', options.allowedOrigins)
  const pattern = compilePattern(options.allowedOriginPattern)
  const methods = strings('allowedMethods', options.allowedMethods, METHODS).map(upperToken)
  const allowedHeaders = strings('allowedHeaders', options.allowedHeaders).map(headerName)
  const exposed = strings('exposeHeaders', options.exposeHeaders).map(headerName)
  const credentials = options.allowCredentials ?? false
  const anyOrigin = origins.includes('*')
  const anyMatches = pattern !== null && STRANGERS.some((origin) => pattern.test(origin))
  checkOrigins(origins, pattern, credentials)
  if (anyMatches && credentials) throw everybodyMatches()
  const exact = new Set(origins.filter((origin) => origin !== '*'))
  const maxAge = checkMaxAge(options.maxAge)
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
      if (wantsPrivate && options.allowPrivateNetwork === true) {
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
    'CORS allowedOriginPattern matches origins of strangers, which cannot be used with credentials; name the domain',
  )
}

function compilePattern(source: string | undefined): RegExp | null {
  if (source === undefined) return null
  const mistake = 'CORS allowedOriginPattern must be a regular expression'
  if (typeof source !== 'string' || source === '') throw new ImproperlyConfigured(mistake)
  try {
    // Alone first: `a)|(?:b` is none, but would break out of the group that anchors it.
    new RegExp(source)
    // Unanchored, `example\.com` would also match https://example.com.evil.net.
    return new RegExp(`^(?:${source})$`)
  } catch {
    throw new ImproperlyConfigured(mistake)
  }
}

function checkOrigins(
  origins: readonly string[],
  pattern: RegExp | null,
  credentials: boolean,
): void {
  if (origins.length === 0 && pattern === null) {
    throw new ImproperlyConfigured('CORS allowedOrigins must name at least one origin')
  }
  for (const origin of origins) {
    const mistake = origin === '*' ? null : originMistake(origin)
    if (mistake !== null) throw new ImproperlyConfigured(`CORS allowedOrigins: ${mistake}`)
  }
  if (credentials && origins.includes('*')) {
    throw new ImproperlyConfigured('CORS wildcard origins cannot be used with credentials')
  }
}

function checkMaxAge(value: number | undefined): number | null {
  if (value === undefined) return null
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ImproperlyConfigured('CORS maxAge must be greater than or equal to 0')
  }
  return value
}

function strings(
  option: string,
  value: readonly string[] | undefined,
  fallback: readonly string[] = [],
): readonly string[] {
  if (value === undefined) return fallback
  if (!Array.isArray(value)) {
    throw new ImproperlyConfigured(`CORS ${option} must be a list of strings, not ${typeof value}`)
  }
  for (const item of value) {
    if (typeof item !== 'string')
      throw new ImproperlyConfigured(`CORS ${option} must contain only strings`)
    if (item.trim() === '')
      throw new ImproperlyConfigured(`CORS ${option} cannot contain empty values`)
  }
  return value
}

function upperToken(method: string): string {
  if (!isToken(method)) {
    throw new ImproperlyConfigured('CORS allowedMethods must contain valid HTTP method tokens')
  }
  return method.toUpperCase()
}

function headerName(name: string): string {
  if (!isToken(name)) {
    throw new ImproperlyConfigured('CORS header lists must contain valid HTTP header names')
  }
  return name.toLowerCase()
}
