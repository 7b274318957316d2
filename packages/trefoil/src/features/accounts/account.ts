/** An account as the framework keeps it. Times are milliseconds since the Unix epoch. */
export interface Account {
  /** The subject of whoever signs in. */
  readonly id: string
  /** `anonymous`: nobody has proved anything yet; it becomes a person when it registers. */
  readonly kind: 'person' | 'anonymous'
  readonly tenant: string | null
  /** In the one form that addresses are kept and compared in; `null` for none. */
  readonly email: string | null
  readonly username: string | null
  readonly roles: readonly string[]
  /** BCP 47, for the language of mails. */
  readonly locale: string | null
  readonly createdAt: number
  readonly lastLoginAt: number | null
  readonly disabledAt: number | null
}

/** What only the room itself reads of one. */
export interface StoredAccount extends Account {
  /** PHC text; `null` for an account without a password. */
  readonly password: string | null
  readonly passwordChangedAt: number | null
  /** Of its password, when it was asked last: `unknown` is asked again at the next login, `breached` opens nothing. */
  readonly breachState: 'clean' | 'unknown' | 'breached' | null
  /**
   * Login sessions carry the epoch they were made under: one that is another is dead. Goes up by one with
   * every change after which nobody of before may stay: password, roles, tenant, address, disabling.
   */
  readonly epoch: number
  /** Has to have a second factor, whatever the options say: registered while they asked it of whoever is new. */
  readonly mfaRequired: boolean
}

/** What decides at every call whether a session still holds. */
export type AccountAccess = Pick<
  StoredAccount,
  'id' | 'kind' | 'tenant' | 'roles' | 'epoch' | 'disabledAt'
>

/** Somebody who said who they are, and has not proved that the mailbox is theirs. */
export interface PendingRegistration {
  /** Id of the challenge that proves it. */
  readonly id: string
  /** True where the address had an account already: it opens nothing, and answers a login as any other does. */
  readonly isDecoy: boolean
  readonly email: string
  readonly username: string | null
  readonly password: string | null
  /** What its password may be told from most others by, before anything is hashed; see `password-tag.ts`. */
  readonly tag: string | null
  readonly breachState: 'clean' | 'unknown' | null
  readonly locale: string | null
  /** The anonymous account that keeps its subject; `null` for a new one. */
  readonly accountId: string | null
  readonly createdAt: number
  readonly expiresAt: number
}

/** What anybody but the room is shown of one: no hash leaves it. */
export function accountOf(account: StoredAccount): Account {
  const { id, kind, tenant, email, username, roles, locale, createdAt, lastLoginAt, disabledAt } =
    account
  return Object.freeze({
    id,
    kind,
    tenant,
    email,
    username,
    roles,
    locale,
    createdAt,
    lastLoginAt,
    disabledAt,
  })
}
