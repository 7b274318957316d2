import { type IpBytes, parseIp, parseIpRange } from '../../base/ip.ts'
import { choice, list, orNull } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import type { ProductionRisk } from '../../contract/options/production-risk.ts'
import { checkHeaders } from '../../policy/check-headers.ts'
import { parseHostPatterns } from '../../policy/edge.ts'
import type { SecurityMode } from '../../policy/security-headers.ts'
import {
  type Compression,
  type CompressionOptions,
  compression,
} from '../../surfaces/http/response/compression-options.ts'
import type { ForwardedHeaders } from '../../web/forwarded.ts'
import { FRAMING_HEADERS, isToken } from '../../web/raw-headers.ts'

/** `createApp({ edge })`: what is decided about a request before anything of the app is asked. */
export interface EdgeOptions {
  /** Host checks and security headers: `strict` for APIs, `web` for pages, `off`. Default `strict`. */
  readonly security?: SecurityMode
  /** Host names answered for: `example.com`, `*.example.com`, `.example.com`. Default: local names only. */
  readonly hosts?: readonly string[]
  /** Addresses and CIDR ranges of proxies that may say who the client is. Default none. */
  readonly proxies?: readonly string[]
  /** Headers those proxies write: `x-forwarded` or `forwarded` (RFC 7239). Default `x-forwarded`. */
  readonly proxyHeaders?: ForwardedHeaders
  /** Header of request ids, `null` to read and write none. Default `x-request-id`. */
  readonly requestIdHeader?: string | null
  /** Response headers set last, for every answer: a value replaces, `null` removes. Default none. */
  readonly headers?: Readonly<Record<string, string | null>>
  /** Compress answers for callers without credentials; `true` for the defaults. Default false. */
  readonly compression?: boolean | CompressionOptions
}

/** {@link EdgeOptions} after reading. */
export type EdgeValues = Values<EdgeOptions, { readonly compression: Compression | null }>

/** The rows of {@link EdgeOptions}. */
export const EDGE: OptionGroup<EdgeOptions, EdgeValues> = {
  name: 'edge',
  prefix: 'TREFOIL_EDGE',
  rows: {
    security: {
      read: choice(['strict', 'web', 'off']),
      default: 'strict',
      variable: true,
      risk: (mode) =>
        mode === 'off'
          ? { code: 'security_off', message: "edge.security must be 'strict' or 'web'" }
          : null,
      doc: 'Host checks and security headers: `strict` for APIs, `web` for pages, `off` for neither.',
    },
    hosts: {
      read: list((host) => (typeof parseHostPatterns([host]) === 'string' ? NO_HOST : null)),
      default: [],
      shown: 'local names',
      variable: true,
      risk: riskOfHosts,
      doc: 'Host names answered for: `example.com`, `*.example.com` (sub-domains), `.example.com` (both), `*`; see [hosts](edge.md#hosts).',
    },
    proxies: {
      read: list((range) => (parseIpRange(range) === null ? NO_ADDRESS : null)),
      default: [],
      variable: true,
      risk: riskOfProxies,
      doc: 'Addresses and CIDR ranges of proxies that may say who the client is.',
    },
    proxyHeaders: {
      read: choice(['x-forwarded', 'forwarded']),
      default: 'x-forwarded',
      variable: true,
      doc: 'Headers those proxies write: `x-forwarded` or `forwarded` (RFC 7239).',
    },
    requestIdHeader: {
      read: orNull(headerName()),
      default: 'x-request-id',
      variable: true,
      doc: 'Header read and written for request ids; `null` for none.',
    },
    headers: {
      read: {
        words: 'object',
        read: (value, path) => ({
          value: checkHeaders(path, value as Readonly<Record<string, string | null>>),
        }),
      },
      default: {},
      doc: 'Headers of every answer: a value replaces, `null` removes. Not those that say where an answer ends, such as `content-length`.',
    },
    compression: {
      read: compression,
      default: false,
      variable: true,
      doc: 'Compresses answers: `true`, or `{ threshold, encodings }`, see [responses](responses.md#compression).',
    },
  },
}

const NO_HOST = "is not a host name or pattern, such as 'example.com' or '*.example.com'"
const NO_ADDRESS = "is not an IP address or CIDR network, such as '10.0.0.0/8'"

function riskOfHosts(hosts: readonly string[]): ProductionRisk | null {
  if (hosts.length === 0) return { code: 'hosts_missing', message: 'edge.hosts must be configured' }
  return hosts.some((host) => host.trim() === '*')
    ? { code: 'hosts_wildcard', message: "edge.hosts must not contain '*'" }
    : null
}

/**
 * Addresses far apart, so that no network of one owner has two of them. A range that does makes
 * everybody a proxy, whose word about the caller's address, scheme and host is taken.
 */
const FAR_APART: readonly IpBytes[] = [
  ...['1.1.1.1', '8.8.8.8', '66.249.64.1', '100.200.1.1', '151.101.1.1', '203.0.113.1'],
  ...['2001:db8::1', '2606:4700::1', '2a00:1450::1'],
].flatMap((text) => [parseIp(text)].filter((bytes) => bytes !== null))

function riskOfProxies(proxies: readonly string[]): ProductionRisk | null {
  const isVast = proxies.some((text) => {
    const range = parseIpRange(text)
    return range !== null && FAR_APART.filter(range).length > 1
  })
  const message = 'edge.proxies must not contain everybody; name the networks of your proxies'
  return isVast ? { code: 'proxies_everyone', message } : null
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

function headerName(): OptionKind<string> {
  return {
    words: 'text',
    fromText: (value) => ({ value }),
    read(value) {
      const name = typeof value === 'string' ? value.toLowerCase() : ''
      if (!isToken(name)) return { mistake: 'must be a valid HTTP header name' }
      return FRAMING_HEADERS.has(name) || TAKEN_HEADERS.has(name)
        ? { mistake: 'is a header that means something else already' }
        : { value: name }
    },
  }
}
