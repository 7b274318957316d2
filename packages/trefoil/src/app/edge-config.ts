import { ImproperlyConfigured } from '../contract/problem.ts'
import { createCors } from '../policy/cors.ts'
import type { CsrfOptions } from '../policy/csrf.ts'
import { type ProxyPolicy, parseTrustedProxies } from '../policy/proxies.ts'
import { type SecurityMode, securityHeaders } from '../policy/security-headers.ts'
import type { AppConfig } from './app-config.ts'
import type { AppOptions } from './app-options.ts'

/** The part of the configuration that the edge and the browser stage work with. */
export type EdgeConfig = Pick<AppConfig, 'headers' | 'proxies' | 'cors' | 'csrf' | 'maxInFlight'>

/** @throws ImproperlyConfigured naming the option */
export function readEdge(options: AppOptions, mode: SecurityMode): EdgeConfig {
  const headerOptions = {
    mode,
    contentSecurityPolicy: options.contentSecurityPolicy ?? null,
    hsts: options.hsts ?? null,
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
  }
}

/** Text instead of the list would let in every origin that is a part of it (APP-7). */
function readCsrf(csrf: CsrfOptions | false = {}): CsrfOptions | null {
  if (csrf === false) return null
  const { trustedOrigins = [] } = csrf
  if (!Array.isArray(trustedOrigins) || trustedOrigins.some((item) => typeof item !== 'string')) {
    throw new ImproperlyConfigured('csrf.trustedOrigins must be a list of strings')
  }
  return csrf
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
  const trusted = parseTrustedProxies(trustedProxies)
  if (typeof trusted === 'string') {
    throw new ImproperlyConfigured(
      `trustedProxies must contain IP addresses or CIDR networks; '${trusted}' is neither`,
    )
  }
  return trusted.length === 0 ? null : { trusted, headers: proxyHeaders }
}

function readMaxInFlight(value: number | undefined): number | null {
  if (value === undefined) return null
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new ImproperlyConfigured('maxInFlight must be a whole number, 1 or more')
  }
  return value
}
