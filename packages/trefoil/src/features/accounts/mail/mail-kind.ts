/** Mails that carry what proves a mailbox: a link, or a code. */
export type ProvingMail =
  /** Whoever registered: the mailbox is theirs. */
  | 'verify_email'
  /** To the new address of an account. */
  | 'change_email'
  | 'reset_password'
  | 'magic_link'
  | 'email_code'

/** Mails that tell something, and open nothing. */
export type Notice =
  /** Somebody registered an address that has an account. */
  | 'already_registered'
  /** To the old address of an account whose new one was proved. */
  | 'email_changed'
  | 'password_changed'
  /** A refresh token was used twice: its sessions were ended. */
  | 'sessions_ended'
  | 'account_deleted'

/** Every mail there is a text for. */
export type MailKind = ProvingMail | Notice

/** Every {@link MailKind}, in the order of the documentation. */
export const MAIL_KINDS: readonly MailKind[] = [
  'verify_email',
  'already_registered',
  'reset_password',
  'magic_link',
  'email_code',
  'change_email',
  'email_changed',
  'password_changed',
  'sessions_ended',
  'account_deleted',
]
