import { type IpRange, parseIp, parseIpRange, plainAddress } from '../base/ip.ts'
import { type ForwardedHeaders, readForwarded } from '../web/forwarded.ts'
import type { RawHeaders } from '../web/raw-headers.ts'

/** Which peers may speak for others, and in which headers. */
export interface ProxyPolicy {
  readonly trusted: readonly IpRange[]
  readonly headers: ForwardedHeaders
}

/** Who sent a request, as far as trusted hops vouch for it. */
export interface Origin {
  readonly clientAddress: string | null
  readonly scheme: 'http' | 'https'
  /** Host named by a trusted hop; `null` when none did: the `Host` header counts. */
  readonly host: string | null
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
 */
export function resolveOrigin(
  peer: string | null,
  encrypted: boolean,
  raw: RawHeaders,
  policy: ProxyPolicy,
): Origin {
  const direct: Origin = { clientAddress: peer, scheme: encrypted ? 'https' : 'http', host: null }
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
  return {
    clientAddress,
    scheme: schemeOf(hopValue(chain.schemes, hops)) ?? direct.scheme,
    host: hopValue(chain.hosts, hops) || null,
  }
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
