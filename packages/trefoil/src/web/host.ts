import { withoutSpace } from './optional-space.ts'

/** A host as a `Host` header names it. */
export interface Host {
  /** Lower-case name without trailing dot; IPv6 literals without brackets. */
  readonly name: string
  /** `null` when none was given. */
  readonly port: number | null
}

const HOST_NAME = /^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/
const PORT = /^[0-9]{1,5}$/
const IPV6_CHARS = /^[0-9a-f:.]+$/

/**
 * Parses the value of a `Host` header (SEC-4): one trailing dot and the port removed, an IPv6
 * literal only in brackets.
 *
 * @returns `null` when it is not a host
 */
export function parseHost(value: string): Host | null {
  const text = withoutSpace(value).toLowerCase()
  if (text.startsWith('[')) return parseBracketed(text)
  const colon = text.indexOf(':')
  const port = parsePort(colon === -1 ? null : text.slice(colon + 1))
  if (port === undefined) return null
  let name = colon === -1 ? text : text.slice(0, colon)
  if (name.endsWith('.')) name = name.slice(0, -1)
  return HOST_NAME.test(name) && !name.includes('..') ? { name, port } : null
}

function parseBracketed(text: string): Host | null {
  const end = text.indexOf(']')
  if (end === -1) return null
  const name = text.slice(1, end)
  const rest = text.slice(end + 1)
  if (rest !== '' && !rest.startsWith(':')) return null
  const port = parsePort(rest === '' ? null : rest.slice(1))
  if (port === undefined || !IPV6_CHARS.test(name)) return null
  return canonicalIpv6(name, port)
}

function canonicalIpv6(name: string, port: number | null): Host | null {
  try {
    return { name: new URL(`http://[${name}]/`).hostname.slice(1, -1), port }
  } catch {
    return null
  }
}

function parsePort(text: string | null): number | null | undefined {
  if (text === null) return null
  if (!PORT.test(text)) return undefined
  const port = Number(text)
  return port <= 65_535 ? port : undefined
}

const DEFAULT_PORTS = { http: 80, https: 443 } as const

/** Whether two texts name one place: letter case, a trailing dot and a default port aside. */
export function sameHost(left: string, right: string, scheme: 'http' | 'https'): boolean {
  const [one, other] = [parseHost(left), parseHost(right)]
  if (one === null || other === null) return false
  const port = DEFAULT_PORTS[scheme]
  return one.name === other.name && (one.port ?? port) === (other.port ?? port)
}

/**
 * A pattern of `edge.hosts`: `*`, `example.com`, `*.example.com` (sub-domains only),
 * `.example.com` (the domain and its sub-domains); an exact name may carry a port.
 */
export type HostPattern = (host: Host) => boolean

/** @returns `null` when the text is no pattern */
export function parseHostPattern(text: string): HostPattern | null {
  const pattern = text.trim().toLowerCase()
  if (pattern === '*') return () => true
  if (pattern.startsWith('*.') || pattern.startsWith('.')) {
    const apex = parseHost(pattern.slice(pattern.indexOf('.') + 1))
    if (apex === null || apex.port !== null) return null
    const bare = pattern.startsWith('.')
    // Compared with the dot: `evil-example.com` ends with `example.com` too.
    return (host) => host.name.endsWith(`.${apex.name}`) || (bare && host.name === apex.name)
  }
  const exact = parseHost(pattern)
  if (exact === null) return null
  return (host) => host.name === exact.name && (exact.port === null || exact.port === host.port)
}
