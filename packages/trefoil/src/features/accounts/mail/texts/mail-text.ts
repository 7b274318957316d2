import type { MailKind } from '../../challenge.ts'

/** Mails that are written: all but the one to nobody. */
export type WrittenMail = Exclude<MailKind, 'nobody'>

/**
 * What one mail says. `{app}` stands for the name of the app, `{time}` for how long the link or the code is good,
 * `{when}` for when it happened. Nothing in it comes from whoever asked for the mail.
 */
export interface MailText {
  readonly subject: string
  /** Before the link or the code. */
  readonly before: string
  /** What the link says, in HTML; empty for a mail without one. */
  readonly link: string
  /** After it: how long it is good, and what to do if it was not you. */
  readonly after: string
}

/** All mails in one language. */
export type MailTexts = Readonly<Record<WrittenMail, MailText>>

/** What an app changes of them, by language: a language of ours in part, one of its own as a whole. */
export type MailTextOptions = Readonly<
  Record<string, Readonly<Partial<Record<WrittenMail, Partial<MailText>>>>>
>

/** Every {@link WrittenMail}, in the order of the documentation. */
export const WRITTEN_MAILS: readonly WrittenMail[] = [
  'verify_email',
  'already_registered',
  'reset_password',
  'magic_link',
  'email_code',
  'factor_code',
  'change_email',
  'email_changed',
  'password_changed',
  'sessions_stolen',
  'passkey_copied',
  'account_deleted',
  'factor_added',
  'factor_removed',
  'factors_reset',
  'recovery_codes_made',
  'recovery_code_used',
  'provider_linked',
  'provider_unlinked',
]
