import { createHash } from 'node:crypto'
import { networkOf } from '../../base/ip.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { RatePer } from '../../contract/limits/rate-rule.ts'

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

/** Addresses whose keys are kept, of each rate. */
const ADDRESSES = 4096

/**
 * Keys of one rate, kept as long as they are of use: writing one costs more than counting by it, and a
 * token whose verdict is kept comes with the same context each time.
 */
export class RateKeys {
  readonly #per: RatePer
  readonly #write: (counted: Counted) => string
  readonly #ofCallers = new WeakMap<AuthContext, string>()
  readonly #ofAddresses = new Map<string, string>()

  /** @param finish what becomes of a key before it is handed to the store */
  constructor(scope: string, per: RatePer, finish: (key: string) => string) {
    this.#per = per
    this.#write = (counted) => finish(rateKey(scope, per, counted))
  }

  of(counted: Counted): string {
    const { auth, address } = counted
    if (auth !== null && this.#per !== 'address') return this.#of(this.#ofCallers, auth, counted)
    return address === null ? this.#write(counted) : this.#of(this.#ofAddresses, address, counted)
  }

  #of<Key>(kept: Kept<Key>, by: Key, counted: Counted): string {
    let key = kept.get(by)
    if (key !== undefined) return key
    key = this.#write(counted)
    // All at once: which of them come again nobody knows.
    if (this.#ofAddresses.size >= ADDRESSES) this.#ofAddresses.clear()
    kept.set(by, key)
    return key
  }
}

interface Kept<Key> {
  get(by: Key): string | undefined
  set(by: Key, key: string): unknown
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

function addressPart(address: string | null, isLocal: boolean): string {
  if (address === null) return isLocal ? 'l' : 'n'
  const network = networkOf(address)
  if (network === null) return `x${part(address)}`
  const { bytes, zone } = network
  return `${bytes.length === 4 ? '4' : '6'}${bytes.join('.')}${zone}`
}
