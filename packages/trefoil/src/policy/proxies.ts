import { type IpRange, parseIp, parseIpRange, plainAddress } from '../base/ip.ts'
import { type ForwardedHeaders, readForwarded } from '../web/forwarded.ts'
import type { RawHeaders } from '../web/raw-headers.ts'

/** Which peers may speak for others, and in which headers. */
export interface ProxyPolicy {
  readonly trusted: readonly IpRange[]
  readonly headers: ForwardedHeaders
}

/** Told of a trusted peer whose word about scheme and host does not count. */
export type OnDisbelief = (message: string) => void

/** Who sent a request, as far as trusted hops vouch for it. */
export interface Provenance {
  readonly clientAddress: string | null
  readonly scheme: 'http' | 'https'
  /** Host named by a trusted hop; `null` when none did: the `Host` header counts. */
  readonly host: string | null
  /** True when the peer of the connection is a trusted proxy. */
  readonly viaProxy: boolean
}

/** @returns the ranges, or the first text that is none */
export function parseTrustedProxies(texts: readonly string[]): readonly IpRange[] | string {
  const ranges: IpRange[] = []
  for (const text of texts) {
    const range = parseIpRange(text)
    if (range === null) return text
    ranges.push(range)
  }
  return ranges
}

/**
 * Walks the forwarding headers from the right, which is the end our own proxies wrote (SEC-6,
 * W-35, HTTP-2). The left end is whatever the client made up: believing it lets anyone choose
 * their address. From a peer that is not trusted nothing is believed at all.
 *
 * @param onDisbelief called for each request of a trusted peer that names a scheme or a host and
 * nobody it speaks for
 */
export function resolveProvenance(
  peer: string | null,
  encrypted: boolean,
  raw: RawHeaders,
  policy: ProxyPolicy,
  onDisbelief?: OnDisbelief,
): Provenance {
  const direct: Provenance = {
    clientAddress: peer,
    scheme: encrypted ? 'https' : 'http',
    host: null,
    viaProxy: false,
  }
  if (!isTrusted(peer, policy)) return direct
  const chain = readForwarded(raw, policy.headers)
  let clientAddress = peer
  let hops = 0
  for (let index = chain.clients.length - 1; index >= 0; index--) {
    const address = chain.clients[index] as string
    // An unreadable hop ends the walk: what stands left of it cannot be vouched for.
    if (parseIp(address) === null) break
    clientAddress = plainAddress(address)
    hops++
    if (!isTrusted(address, policy)) break
  }
  // A name for what somebody set up wrongly; nobody reads it where a request is in order.
  if (hops === 0 && onDisbelief !== undefined) {
    const said = [...chain.schemes, ...chain.hosts].some((value) => value !== '')
    if (said) onDisbelief(DISBELIEVED[policy.headers])
  }
  return {
    clientAddress,
    scheme: schemeOf(hopValue(chain.schemes, hops)) ?? direct.scheme,
    host: hopValue(chain.hosts, hops) || null,
    viaProxy: true,
  }
}

const DISBELIEVED: Readonly<Record<ForwardedHeaders, string>> = {
  'x-forwarded':
    'A trusted proxy sends X-Forwarded-Proto or X-Forwarded-Host without an X-Forwarded-For that names an address: nothing says whom it speaks for, so scheme and host are taken from the connection. Have it set X-Forwarded-For, or remove the others',
  forwarded:
    'A trusted proxy sends Forwarded with proto= or host= but without a for= that names an address: nothing says whom it speaks for, so scheme and host are taken from the connection. Have it set for=',
}

function isTrusted(address: string | null, { trusted }: ProxyPolicy): boolean {
  const bytes = address === null ? null : parseIp(address)
  return bytes !== null && trusted.some((contains) => contains(bytes))
}

/**
 * What the outermost trusted hop said: as many places from the right as hops were walked. Where
 * the peer speaks for nobody it vouches for nothing, and the value may be the client's own; where
 * the list is too short to line up, only its right end is known to be our proxy's.
 */
function hopValue(values: readonly string[], hops: number): string | undefined {
  if (hops === 0) return undefined
  return values.at(values.length < hops ? -1 : -hops)
}

function schemeOf(text: string | undefined): 'http' | 'https' | null {
  const lower = text?.toLowerCase()
  return lower === 'http' || lower === 'https' ? lower : null
}
