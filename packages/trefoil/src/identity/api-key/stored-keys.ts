import type { Clock } from '../../base/clock.ts'
import { parseIp, parseIpRange } from '../../base/ip.ts'
import { promised } from '../../base/promise.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { type CredentialRefusal, refusal } from '../../contract/auth/refusal.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import type { ApiKeyStore, StoredApiKey } from '../../contract/ports/api-keys.ts'
import type { OwnerRights, StoredApiKeyOptions } from './api-key-options.ts'
import { KeyCache } from './key-cache.ts'
import type { KeyDigests } from './key-digests.ts'
import type { KeyText } from './key-text.ts'
import { LastUses } from './last-uses.ts'
import { readStoredKey } from './read-stored-key.ts'

/** Of a key that nobody has, and of one whose secret is another: the same (P-KEY-3). */
export const INVALID: CredentialRefusal = refusal('unknown_key', { text: 'Invalid API key' })
const REVOKED = refusal('revoked', { text: 'API key has been revoked' })
export const EXPIRED: CredentialRefusal = refusal('expired', { text: 'API key has expired' })
const OWNERLESS = refusal('owner_gone', { text: 'API key has been revoked' })
const WRONG_SURFACE = refusal('wrong_surface', { text: 'API key is not for this surface' })
const WRONG_ADDRESS = refusal('wrong_address', { text: 'API key is not for this address' })

/** Milliseconds: those who ask in the same round read once. */
const JOINED = 100

type Answer = AuthContext<undefined> | CredentialRefusal

interface Reading {
  readonly key: Promise<StoredApiKey | null>
  /** `clock.elapsed()` when it began. */
  readonly since: number
}

/** What keys are judged by. */
export interface StoredKeyRules {
  readonly store: ApiKeyStore
  readonly digests: KeyDigests
  readonly ownerRights: StoredApiKeyOptions['ownerRights'] | null
  readonly cacheSize: number
  /** Milliseconds. */
  readonly cacheFor: number
  readonly clock: Clock
}

/** Keys out of a store: who calls with them, and whether they may still be used. */
export class StoredKeys {
  readonly uses: LastUses
  readonly #rules: StoredKeyRules
  readonly #cache: KeyCache
  readonly #contexts = new WeakMap<StoredApiKey, Map<number, AuthContext<undefined>>>()
  /** Reads under way: a thousand calls of one cold key read it once. */
  readonly #reading = new Map<string, Reading>()

  constructor(rules: StoredKeyRules) {
    this.#rules = rules
    this.#cache = new KeyCache(rules.cacheSize, rules.cacheFor, rules.clock)
    this.uses = new LastUses(rules.store, rules.clock)
  }

  /** @param request `null` where nobody calls: surface and address are then not looked at */
  judge(text: KeyText, request: AuthRequest | null): Answer | Promise<Answer> {
    const known = this.#cache.get(text.id)
    // One with another secret may have been rotated by another process a moment ago: it was good when its
    // owner was given it. A guess costs the store what one of a made-up id costs.
    const place = known === undefined ? -1 : this.#placeOf(known, text)
    if (known !== undefined && place >= 0) return this.#judge(known, place, request)
    return this.#read(text.id).then((key) => this.#judge(key, this.#placeOf(key, text), request))
  }

  /** Of a call that goes on: read anew, and no use of the key. */
  recheck(text: KeyText): Promise<Answer> {
    return this.#read(text.id, JOINED).then((key) =>
      this.#judge(key, this.#placeOf(key, text), null),
    )
  }

  #placeOf(key: StoredApiKey | null, text: KeyText): number {
    return this.#rules.digests.find(text, key?.secrets ?? [])
  }

  /** The next call reads it anew. */
  forget(id: string): void {
    this.#reading.delete(id)
    this.#cache.delete(id)
  }

  /** @param young milliseconds that a reading may be joined for */
  #read(id: string, young = this.#rules.cacheFor): Promise<StoredApiKey | null> {
    const since = this.#rules.clock.elapsed()
    const before = this.#reading.get(id)
    // A store that hangs keeps nobody who comes later, and what was asked for longer ago than a key is
    // remembered may be from before its revocation (KEY-5).
    if (before !== undefined && since - before.since < young) return before.key
    // Not kept when the key was forgotten meanwhile: what was read may be from before its revocation.
    const isLast = () => this.#reading.get(id)?.key === reading && this.#reading.delete(id)
    const keep = (key: StoredApiKey | null) => {
      // Unknown ids are not kept: a flood of made-up ones would push out the keys that are used.
      if (isLast() && key !== null) this.#cache.set(id, key, since)
      return key
    }
    const failed = (error: unknown) => {
      isLast()
      throw error
    }
    const reading: Promise<StoredApiKey | null> = this.#find(id).then(keep, failed)
    this.#reading.set(id, { key: reading, since })
    return reading
  }

  async #find(id: string): Promise<StoredApiKey | null> {
    return readStoredKey(id, await this.#rules.store.find(id))
  }

  #judge(
    key: StoredApiKey | null,
    place: number,
    request: AuthRequest | null,
  ): Answer | Promise<Answer> {
    const secret = key?.secrets[place]
    if (key === null || secret === undefined) return INVALID
    const now = this.#rules.clock.now()
    if (secret.until !== null && secret.until <= now) return INVALID
    if (key.revokedAt !== null) return REVOKED
    if (key.expiresAt !== null && key.expiresAt <= now) return EXPIRED
    if (request !== null) {
      const refused = misused(key, request)
      if (refused !== null) return refused
    }
    const { ownerRights } = this.#rules
    if (ownerRights === null || ownerRights === undefined) {
      return this.#admit(key, this.#contextOf(key, place), request)
    }
    const rights = ownerRights(key.owner, key)
    const waiting = promised(rights)
    const narrowed = (now: OwnerRights | null) => this.#narrowed(key, place, now, request)
    return waiting === null ? narrowed(rights as OwnerRights | null) : waiting.then(narrowed)
  }

  #narrowed(
    key: StoredApiKey,
    place: number,
    rights: OwnerRights | null,
    request: AuthRequest | null,
  ): Answer {
    if (rights === null) return OWNERLESS
    const [roles, scopes] = [new Set(rights.roles), new Set(rights.scopes)]
    const narrower = {
      ...key,
      roles: key.roles.filter((role) => roles.has(role)),
      scopes: key.scopes.filter((scope) => scopes.has(scope)),
    }
    return this.#admit(key, contextOf(narrower, place), request)
  }

  #admit(
    { id }: StoredApiKey,
    context: AuthContext<undefined>,
    request: AuthRequest | null,
  ): AuthContext<undefined> {
    if (request !== null) this.uses.note(id, request.log)
    return context
  }

  /** One for all calls while the key is remembered: it is frozen. */
  #contextOf(key: StoredApiKey, place: number): AuthContext<undefined> {
    let contexts = this.#contexts.get(key)
    if (contexts === undefined) {
      contexts = new Map()
      this.#contexts.set(key, contexts)
    }
    let context = contexts.get(place)
    if (context === undefined) {
      context = contextOf(key, place)
      contexts.set(place, context)
    }
    return context
  }
}

function contextOf(key: StoredApiKey, place: number): AuthContext<undefined> {
  const { clientId, kind, tenant, roles, scopes, expiresAt, createdAt } = key
  return new AuthContext({
    subject: clientId,
    kind,
    tenant,
    roles,
    scopes,
    issuedAt: Math.floor(createdAt / 1000),
    expiresAt: expiresAt === null ? undefined : Math.floor(expiresAt / 1000),
    // Which secret it was, so that records tell whether the old one is still in use (KEY-5).
    metadata: {
      api_key: key.id,
      api_key_owner: key.owner,
      api_key_secret: place === 0 ? 'current' : 'previous',
    },
    payload: undefined,
  })
}

/** A key for elsewhere. Only its holder learns that: the secret has been looked at. */
function misused(key: StoredApiKey, request: AuthRequest): CredentialRefusal | null {
  if (key.surfaces !== null && !key.surfaces.includes(request.source)) return WRONG_SURFACE
  if (key.addresses === null) return null
  const address = request.client.address === null ? null : parseIp(request.client.address)
  const fits = key.addresses.some(
    (range) => address !== null && parseIpRange(range)?.(address) === true,
  )
  return fits ? null : WRONG_ADDRESS
}
