// Written by the room of mail; here is what the flows build on.

/** Mails go out after the commit, by jobs: nobody waits for a mail server (ENUM-3). */
export interface MailOutbox {
  /**
   * In the unit of work of the call, with it or not at all. The mail says what the challenge's `mail` is.
   *
   * @param unit what `data.db` gives
   */
  challenge(unit: object, challengeId: string): Promise<void>
  /** Tells an account what happened to it: no link in it. */
  notice(
    unit: object,
    notice: {
      readonly kind: 'password_changed' | 'email_changed' | 'sessions_stolen' | 'account_deleted'
      readonly address: string
      readonly locale: string | null
    },
  ): Promise<void>
}
