import type { Awaitable } from '../../base/promise.ts'

/** Whose something is. Two tenants' subjects of one name are two. */
export interface Owner {
  readonly tenant: string | null
  readonly subject: string
}

/** A login session as it is stored. Times are milliseconds since the Unix epoch. */
export interface StoredLoginSession {
  /** Names it, in lists and records; it opens nothing. */
  readonly id: string
  /** Digest of the secret that opens it, base64url; the secret itself is kept nowhere. */
  readonly digest: string
  readonly owner: Owner
  readonly createdAt: number
  /** When it was last used, up to a minute behind. */
  readonly seenAt: number
  /** Milliseconds without use after which it is over. */
  readonly idle: number
  /** From which on it is over, whatever happens. */
  readonly endsAt: number
  readonly revokedAt: number | null
  /** What the app knows of it, such as factors and the device; JSON text, 4096 characters at most. */
  readonly details: string
  /** Goes up by one with each change but that of `seenAt`. */
  readonly version: number
}

/** When a session was last used. */
export interface SessionUse {
  readonly id: string
  readonly at: number
}

/** What `change` puts in the place of what there is. */
export interface SessionChange {
  /** Of another secret: who knew the old one is out. */
  readonly digest?: string
  readonly details?: string
}

/**
 * Where login sessions are kept. What is over or revoked is as if it were not there. Whoever asks for a
 * session of somebody else hears what he would hear of none. `loginSessionContract()` of
 * `trefoil/testing` is what every store must do. A throw lets nobody in.
 */
export interface LoginSessionStore {
  /** @returns false, and nothing is changed, when there is one of that id */
  add(session: StoredLoginSession): Awaitable<boolean>
  find(id: string, now: number): Awaitable<StoredLoginSession | null>
  /** Of one owner, the newest first, 1000 at most. */
  list(owner: Owner, now: number): Awaitable<readonly StoredLoginSession[]>
  /**
   * In one step.
   *
   * @param version of the session as it was read
   * @returns false, and nothing is changed, when it has changed since, is over or revoked
   */
  change(id: string, version: number, change: SessionChange, now: number): Awaitable<boolean>
  /** Writes when sessions were used; an older time does not replace a newer one, and what is over stays so. */
  seen(uses: readonly SessionUse[]): Awaitable<void>
  /**
   * One whose time is over at `now` is revoked as well: another process's clock may be behind.
   *
   * @returns false when the owner has none of that id that is not over
   */
  revoke(owner: Owner, id: string, now: number): Awaitable<boolean>
  /**
   * All of an owner, those whose time is over at `now` among them.
   *
   * @param except id of the one that stays; `null` for none
   * @returns how many were not over
   */
  revokeAll(owner: Owner, except: string | null, now: number): Awaitable<number>
}
