import type { NoticeKind } from '../challenge.ts'

/** Something that an account is told of. */
export interface MailNotice {
  readonly kind: NoticeKind
  readonly address: string
  /** BCP 47; `null` for the app's. */
  readonly locale: string | null
}

/** Mails go out after the commit, by jobs: nobody waits for a mail server (ENUM-3). */
export interface MailOutbox {
  /**
   * In the unit of work of the call, with it or not at all; one statement. The mail says what the challenge's
   * `mail` is.
   *
   * @param unit what `data.db` gives
   */
  challenge(unit: object, challengeId: string): Promise<void>
  /** Tells an account what happened to it: no link in it. Two statements. */
  notice(unit: object, notice: MailNotice): Promise<void>
}
