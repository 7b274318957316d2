import { createHash } from 'node:crypto'
import { parseIp } from '../../base/ip.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { RatePer } from '../../contract/call/rate-rule.ts'

/** Who calls, as far as a count is concerned. */
export interface Counted {
  readonly auth: AuthContext | null
  /** `null` where nobody knows it. */
  readonly address: string | null
  /** True for a call inside this process, which comes from no address. */
  readonly isLocal: boolean
}

/**
 * The key of a count, of parts with their lengths: `acme` and `x:y` must not be who `acme:x` and `y`
 * are (PW-31). Kinds do not meet: the subject `10.0.0.1` is not that address.
 *
 * @param scope what keys of the rate begin with, made by {@link rateScope}
 */
export function rateKey(scope: string, per: RatePer, { auth, address, isLocal }: Counted): string {
  if (per === 'everyone') return `${scope}e`
  if (per === 'address' || auth === null) return `${scope}${addressPart(address, isLocal)}`
  const { tenant, actor } = auth
  if (per === 'tenant' && tenant !== null) return `${scope}t${part(tenant)}`
  const acting = actor[0]
  if (per === 'actor' && acting !== undefined) {
    // Whoever vouches for the subject vouches for who acts.
    return `${scope}a${part(auth.issuer)}${part(acting.subject)}`
  }
  return `${scope}c${part(auth.issuer)}${part(tenant)}${part(auth.subject)}`
}

/** True for a key that anybody can have by calling from one more address. */
export function isByAddress(per: RatePer, auth: AuthContext | null): boolean {
  return per === 'address' || (auth === null && per !== 'everyone')
}

/** @param names the app, and which of its rates this is */
export function rateScope(...names: readonly string[]): string {
  return names.map(part).join('')
}

/** The same key for a store that keeps it: of one length, and without the names in it. */
export function hashedKey(key: string): string {
  return createHash('sha256').update(key).digest('base64url')
}

function part(text: string | null | undefined): string {
  return text === null || text === undefined ? '-' : `${text.length}:${text}`
}

const NETWORK_BYTES = 8

/** An IPv6 address is one of as many as its owner likes: those of one /64 are one caller. */
function addressPart(address: string | null, isLocal: boolean): string {
  if (address === null) return isLocal ? 'l' : 'n'
  if (!address.includes(':')) return `4${address}`
  const bytes = parseIp(address)
  if (bytes === null) return `x${part(address)}`
  if (bytes.length === 4) return `4${bytes.join('.')}`
  return `6${bytes.slice(0, NETWORK_BYTES).join('.')}`
}
