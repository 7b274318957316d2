import type { Awaitable } from '../../base/promise.ts'
import type { SurfaceName } from '../call/surface-name.ts'

/** One secret of a key. A key that is being rotated has two. */
export interface StoredSecret {
  /** Keyed digest of the secret, base64url; the secret itself is kept nowhere. */
  readonly digest: string
  /** Milliseconds since the Unix epoch from which it counts no more; `null` for no end of its own. */
  readonly until: number | null
}

/** An API key as it is stored. */
export interface StoredApiKey {
  /** Stands in the key itself; 16 letters and digits. */
  readonly id: string
  /** What its owner calls it. */
  readonly name: string
  /** Subject of whoever answers for it. */
  readonly owner: string
  /** Subject that calls with it have. */
  readonly clientId: string
  readonly kind: 'service' | 'agent'
  readonly tenant: string | null
  readonly roles: readonly string[]
  readonly scopes: readonly string[]
  /** Where it may be used; `null` for everywhere. */
  readonly surfaces: readonly SurfaceName[] | null
  /** Addresses and CIDR ranges it may be used from; `null` for any. */
  readonly addresses: readonly string[] | null
  /** The newest first; at most two. */
  readonly secrets: readonly StoredSecret[]
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number
  /** Milliseconds since the Unix epoch; `null` for never. */
  readonly expiresAt: number | null
  /** Milliseconds since the Unix epoch; `null` while it holds. */
  readonly revokedAt: number | null
  /** Milliseconds since the Unix epoch, up to a minute behind; `null` before it was first used. */
  readonly lastUsedAt: number | null
  /** Goes up by one with each change but that of `lastUsedAt`. */
  readonly version: number
}

/** When a key was last used. */
export interface ApiKeyUse {
  readonly id: string
  /** Milliseconds since the Unix epoch. */
  readonly at: number
}

/**
 * Where API keys are kept. `apiKeyStoreContract()` of `trefoil/testing` is what every store must do.
 * A throw is a failure of the service: callers are answered with 503, and none is let in.
 */
export interface ApiKeyStore {
  /** @returns false, and nothing is changed, when there is a key of that id */
  add(key: StoredApiKey): Awaitable<boolean>
  find(id: string): Awaitable<StoredApiKey | null>
  /** The oldest first. @param owner `null`: of everybody */
  list(owner: string | null): Awaitable<readonly StoredApiKey[]>
  /**
   * Puts other secrets in the place of those there are, in one step.
   *
   * @param version of the key as it was read
   * @returns false, and nothing is changed, when it has changed since, is revoked or is gone
   */
  replaceSecrets(id: string, version: number, secrets: readonly StoredSecret[]): Awaitable<boolean>
  /** @returns false when there is none of that id; revoking again keeps the first time */
  revoke(id: string, at: number): Awaitable<boolean>
  /** Writes when keys were last used; an older time does not replace a newer one. */
  used(uses: readonly ApiKeyUse[]): Awaitable<void>
}
