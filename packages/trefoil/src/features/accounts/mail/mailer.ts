import type { Awaitable, ProductionRisk } from '../../../index.ts'
import { NoRetry } from '../../../jobs.ts'

/** A mail, ready to be sent. Address and subject are one line each. */
export interface MailMessage {
  /** One address, in the form in which accounts are kept. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html?: string
}

/** What sends mails: `smtpMailer()`, `consoleMailer()`, or your own. Asked by jobs alone, never while somebody waits. */
export interface Mailer {
  /**
   * Sends it, or throws; it is tried again then, later each time.
   *
   * @param signal aborted when the try takes too long, and when the worker stops
   * @throws NoRetry (of `trefoil/jobs`) where another try would be refused as well. Its message is kept with the job,
   *   without what looks like a link or a code: let it say nothing of the mail
   */
  send(message: MailMessage, signal: AbortSignal): Awaitable<void>
  /** What makes it unfit for production. Default nothing. */
  readonly risks?: readonly ProductionRisk[]
}

/** Control characters, and what some readers take for the end of a line. */
const BREAKS = /[\p{Cc}\u2028\u2029]/u
/** RFC 5321 §4.5.3.1. */
const LONGEST_ADDRESS = 254
const LONGEST_SUBJECT = 500
const LONGEST_TEXT = 100_000

/**
 * What no mailer is handed: a line break in an address or a subject would begin a header, or a command of SMTP, that
 * somebody else wrote.
 *
 * @throws NoRetry saying which member, and nothing of it
 */
export function checkMessage({ to, subject, text, html = '' }: MailMessage): void {
  if (!isAddress(to)) throw new NoRetry('A mail needs one plain address to go to')
  if (typeof subject !== 'string' || BREAKS.test(subject) || subject.length > LONGEST_SUBJECT) {
    throw new NoRetry('The subject of a mail is one line')
  }
  if (![text, html].every((one) => typeof one === 'string' && one.length <= LONGEST_TEXT)) {
    throw new NoRetry('The text of a mail is missing, or too long')
  }
}

/** One address and nothing that a list, a name or a comment could be read out of. */
export function isAddress(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= LONGEST_ADDRESS &&
    /^[^\s"(),:;<>@[\\\]]+@[^\s"(),:;<>@[\\\]]+$/u.test(value) &&
    !BREAKS.test(value) &&
    value.isWellFormed()
  )
}
