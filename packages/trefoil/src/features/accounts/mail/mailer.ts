/** A mail as it is sent. */
export interface MailMessage {
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/** Sends mail. A throw is tried again later; a `NoRetry` of `trefoil/jobs` is not. */
export interface Mailer {
  send(message: MailMessage, signal: AbortSignal): Promise<void>
}
