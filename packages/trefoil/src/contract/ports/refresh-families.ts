import type { Awaitable } from '../../base/promise.ts'
import type { Owner } from './login-sessions.ts'

/** Refresh tokens that came of one login, each in the place of the one before. Times as in `StoredLoginSession`. */
export interface RefreshFamily {
  readonly id: string
  readonly owner: Owner
  /** The client that the tokens were given to; `null` for the app's own. */
  readonly clientId: string | null
  /** Id of the login session that it belongs to; `null` for none. */
  readonly session: string | null
  readonly createdAt: number
  /** From which on no token of it is taken, whatever happens. */
  readonly endsAt: number
  readonly revokedAt: number | null
  /** `reuse`, or what `revoke` was given; `null` while it holds. */
  readonly reason: string | null
  /** What the app knows of it, such as scopes and a key that tokens are bound to; JSON text. */
  readonly details: string
}

/** What a rotation puts in the place of a token. */
export interface Rotation {
  /** Digest of the token that was sent, base64url. */
  readonly digest: string
  /** Digest of its successor. */
  readonly next: string
  /** From which on the successor is not taken. */
  readonly until: number
  /**
   * The answer with the successor, sealed under what the sent token alone opens: kept for who lost the
   * answer on the way.
   */
  readonly sealed: string
  /** Milliseconds for which the answer is given once more, by the clock of the store: those of processes differ. */
  readonly grace: number
  readonly now: number
}

/** What came of it. */
export type RotationAnswer =
  | { readonly kind: 'rotated'; readonly family: RefreshFamily }
  /** Sent twice within `grace`, and the successor is unused: the answer as it was. */
  | { readonly kind: 'repeated'; readonly family: RefreshFamily; readonly sealed: string }
  /** Two have the token: the family is revoked now, or was. */
  | { readonly kind: 'reused'; readonly family: RefreshFamily }
  | { readonly kind: 'over'; readonly family: RefreshFamily }
  | { readonly kind: 'unknown' }

/**
 * Where refresh tokens are kept, as digests. Of all who send one token at the same time exactly one gets
 * its successor in; the others are given the same answer, for a moment. `refreshFamilyContract()` of
 * `trefoil/testing` is what every store must do. A throw gives nobody a token.
 */
export interface RefreshFamilyStore {
  /**
   * @param digest of the first token
   * @param until from which on that one is not taken
   * @returns false, and nothing is changed, when there is a family of that id or a token of that digest
   */
  add(family: RefreshFamily, digest: string, until: number): Awaitable<boolean>
  /** The family of a token that would be taken now; changes nothing. */
  find(digest: string, now: number): Awaitable<RefreshFamily | null>
  rotate(rotation: Rotation): Awaitable<RotationAnswer>
  /** Of one owner, those that hold, the newest first, 1000 at most. */
  list(owner: Owner, now: number): Awaitable<readonly RefreshFamily[]>
  /** @returns false when the owner has none of that id that holds */
  revoke(owner: Owner, id: string, reason: string, now: number): Awaitable<boolean>
  /** All of an owner, or of one login session. @returns how many */
  revokeAll(owner: Owner, session: string | null, reason: string, now: number): Awaitable<number>
}
