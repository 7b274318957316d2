import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { createCors } from '../../policy/cors.ts'
import { readCsrf } from '../../policy/csrf.ts'
import { type ProxyPolicy, parseTrustedProxies } from '../../policy/proxies.ts'
import { type SecurityMode, securityHeaders } from '../../policy/security-headers.ts'
import { FRAMING_HEADERS, isToken } from '../../web/raw-headers.ts'
import type { AppConfig } from './app-config.ts'
import type { AppOptions } from './app-options.ts'

/** The part of the configuration that the edge and the browser stage work with. */
export type EdgeConfig = Pick<
  AppConfig,
  'headers' | 'proxies' | 'cors' | 'csrf' | 'maxInFlight' | 'requestIdHeader'
>

/** @throws ImproperlyConfigured naming the option */
export function readEdge(options: AppOptions, mode: SecurityMode): EdgeConfig {
  const headerOptions = {
    mode,
    contentSecurityPolicy: options.contentSecurityPolicy ?? null,
    hsts: options.hsts,
    overrides: options.responseHeaders ?? {},
  }
  return {
    headers: Object.freeze({
      http: securityHeaders(headerOptions, 'http'),
      https: securityHeaders(headerOptions, 'https'),
    }),
    proxies: readProxies(options),
    cors: options.cors === undefined ? null : createCors(options.cors),
    csrf: readCsrf(options.csrf),
    maxInFlight: readMaxInFlight(options.maxInFlight),
    requestIdHeader: readHeaderName(options.requestIdHeader),
  }
}

function readProxies({
  trustedProxies,
  proxyHeaders = 'x-forwarded',
}: AppOptions): ProxyPolicy | null {
  if (proxyHeaders !== 'x-forwarded' && proxyHeaders !== 'forwarded') {
    throw new ImproperlyConfigured("proxyHeaders must be 'x-forwarded' or 'forwarded'")
  }
  if (trustedProxies === undefined) return null
  if (!Array.isArray(trustedProxies)) {
    throw new ImproperlyConfigured('trustedProxies must be a list of addresses and CIDR ranges')
  }
  if (trustedProxies.some((item) => typeof item !== 'string')) {
    throw new ImproperlyConfigured('trustedProxies must contain only strings')
  }
  const trusted = parseTrustedProxies(trustedProxies)
  if (typeof trusted === 'string') {
    throw new ImproperlyConfigured(
      `trustedProxies must contain IP addresses or CIDR networks; '${trusted}' is neither`,
    )
  }
  return trusted.length === 0 ? null : { trusted, headers: proxyHeaders }
}

const TAKEN_HEADERS: ReadonlySet<string> = new Set([
  'authorization',
  'cache-control',
  'content-type',
  'cookie',
  'host',
  'set-cookie',
  'vary',
])

function readHeaderName(value: string | null | undefined): string | null {
  if (value === null) return null
  const name = (value ?? 'x-request-id').toLowerCase()
  if (!isToken(name))
    throw new ImproperlyConfigured('requestIdHeader must be a valid HTTP header name')
  if (FRAMING_HEADERS.has(name) || TAKEN_HEADERS.has(name)) {
    throw new ImproperlyConfigured(`requestIdHeader: '${name}' means something else already`)
  }
  return name
}

function readMaxInFlight(value: number | undefined): number | null {
  if (value === undefined) return null
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ImproperlyConfigured('maxInFlight must be a whole number, 1 or more')
  }
  return value
}
