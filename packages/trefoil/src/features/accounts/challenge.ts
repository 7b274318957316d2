/** What somebody proves by what was sent to a mailbox. */
export type ProvingPurpose =
  /** A pending registration: the mailbox is of whoever registered. */
  | 'verify_email'
  /** The new address of an account. */
  | 'change_email'
  | 'reset_password'
  | 'magic_link'
  | 'email_code'
  /** A second factor: a code for one login, which opens nothing without the first. */
  | 'factor_code'

/** What a challenge is for. A notice proves nothing: it is kept until it has been sent. */
export type ChallengePurpose = ProvingPurpose | 'notice'

/** What an account is told of; its mail opens nothing, and nothing keeps it from being sent. */
export type NoticeKind =
  | 'password_changed'
  | 'email_changed'
  | 'sessions_stolen'
  | 'passkey_copied'
  | 'account_deleted'
  | 'factor_added'
  | 'factor_removed'
  | 'factors_reset'
  | 'recovery_codes_made'
  | 'recovery_code_used'
  | 'provider_linked'
  | 'provider_unlinked'

/** The mail that goes with it; where nobody is to be told apart, every state sends one of them. */
export type MailKind =
  | ProvingPurpose
  | NoticeKind
  /** Somebody registered an address that has an account. */
  | 'already_registered'
  /** To nobody: the job drops itself. */
  | 'nobody'

/** A challenge as it is kept: nothing in it opens anything. Times are milliseconds since the Unix epoch. */
export interface Challenge {
  readonly id: string
  readonly purpose: ChallengePurpose
  /** `null` where there is no account (yet). */
  readonly accountId: string | null
  /** The mailbox. */
  readonly address: string
  /** What its mail says; `nobody` for a decoy. */
  readonly mail: MailKind
  /** What the flow wants to know again; no secrets. */
  readonly details: Readonly<Record<string, string | null>>
  /** Of a pending registration alone. */
  readonly password: string | null
  readonly breachState: 'clean' | 'unknown' | null
  /** Of the ring, whose key the token is derived from. */
  readonly keyId: string
  readonly createdAt: number
  readonly expiresAt: number
  readonly sentAt: number | null
}
