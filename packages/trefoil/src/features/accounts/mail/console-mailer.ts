import process from 'node:process'
import { checkOptionNames } from '../../../parts.ts'
import { checkMessage, type Mailer, type MailMessage } from './mailer.ts'

/** Where {@link consoleMailer} writes. */
export interface ConsoleMailerOptions {
  /** Default standard error. */
  readonly write?: (text: string) => void
}

/**
 * Prints mails instead of sending them, for development. Whoever reads the output can open every account, so it is
 * a risk in production, and `accounts()` refuses to start with it there.
 */
export function consoleMailer(options: ConsoleMailerOptions = {}): Mailer {
  checkOptionNames('consoleMailer()', options, { write: true })
  const { write = toStandardError } = options
  return Object.freeze({
    send(message: MailMessage) {
      checkMessage(message)
      const { to, subject, text } = message
      write(`\n--- mail to ${to}\n--- ${subject}\n\n${visible(text)}\n---\n`)
    },
    risks: Object.freeze([
      {
        code: 'accounts_console_mailer',
        message:
          'accounts() must not print its mails (consoleMailer): set TREFOIL_AUTH_SMTP_HOST, or give it a mailer',
      },
    ]),
  })
}

function toStandardError(text: string): void {
  process.stderr.write(text)
}

/** A text must not move the cursor of whoever reads it. */
function visible(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\uFFFD')
}
