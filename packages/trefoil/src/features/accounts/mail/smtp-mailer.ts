import { ImproperlyConfigured } from '../../../index.ts'
import { isThisMachine } from '../../../inner.ts'
import { NoRetry } from '../../../jobs.ts'
import { processEnvironment, readOptions } from '../../../parts.ts'
import { checkMessage, type Mailer, type MailMessage } from './mailer.ts'
import { readSender, SMTP, type SmtpOptions, type SmtpValues } from './smtp-options.ts'

/** A mail server could not be reached, or said no for now. Says neither what it was sent nor what it answered. */
export class SmtpFailed extends Error {
  override readonly name = 'SmtpFailed'
}

/** Port on which a server speaks TLS from the first byte (RFC 8314 §3.3). */
const IMPLICIT_TLS = 465

/**
 * Sends mails by SMTP, with `nodemailer`, which the app installs. Always encrypted, but for a server on this machine
 * and with `tls: false`. What the server refuses for good (5xx) is not tried again.
 *
 * @param options those that are not given are read from `TREFOIL_AUTH_SMTP_HOST`, `…_PORT`, `…_USERNAME`,
 *   `…_PASSWORD`, `…_FROM`
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function smtpMailer(options: SmtpOptions = {}): Mailer {
  return mailerOf(readOptions(SMTP, options, { env: processEnvironment() }))
}

/** The same, of options that have been read. */
export function mailerOf(values: SmtpValues): Mailer {
  const { host, username, password, from } = values
  if ((username === null) !== (password === null)) {
    throw new ImproperlyConfigured(
      'smtpMailer(): username and password go together: give both (TREFOIL_AUTH_SMTP_USERNAME, TREFOIL_AUTH_SMTP_PASSWORD), or none',
    )
  }
  const mayBeClear = values.tls === false || (values.tls === null && isThisMachine(host))
  const sender = readSender(from)
  // Read already.
  if (sender === null) throw new ImproperlyConfigured('smtpMailer(): from must be an address')
  const settings = settingsOf(values, mayBeClear)
  return Object.freeze({
    async send(message: MailMessage, signal: AbortSignal) {
      checkMessage(message)
      const { to, subject, text, html } = message
      const { createTransport } = await nodemailer()
      const transport = createTransport(settings)
      const mail = {
        from: sender,
        // By its parts: nothing is parsed as a list of addresses.
        to: { name: '', address: to },
        subject,
        text,
        ...(html === undefined ? {} : { html }),
        // Answers by machines, such as that somebody is on holiday, go nowhere (RFC 3834).
        headers: { 'Auto-Submitted': 'auto-generated' },
        signal,
      }
      try {
        await transport.sendMail(mail)
      } catch (error) {
        throw told(error, signal)
      } finally {
        transport.close()
      }
    },
    risks: Object.freeze(
      values.tls === false && !isThisMachine(host)
        ? [
            {
              code: 'accounts_mail_in_clear',
              message: 'accounts() must not send its mails unencrypted (smtp.tls)',
            },
          ]
        : [],
    ),
  })
}

function settingsOf(
  { host, port, username, password, ca, timeout }: SmtpValues,
  mayBeClear: boolean,
) {
  return {
    host,
    port,
    secure: port === IMPLICIT_TLS,
    // Whoever is in between could leave the offer of encryption out of what the server says.
    requireTLS: !mayBeClear,
    ...(username === null || password === null ? {} : { auth: { user: username, pass: password } }),
    tls: {
      minVersion: 'TLSv1.2' as const,
      ...(ca === null ? {} : { ca }),
      // One of this machine has a certificate of its own making, if any.
      ...(mayBeClear && ca === null ? { rejectUnauthorized: false } : {}),
    },
    dnsTimeout: timeout,
    connectionTimeout: timeout,
    greetingTimeout: timeout,
    socketTimeout: timeout,
    socketCloseTimeout: Math.min(timeout, 1000),
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** What a server says may quote the mail, and what `nodemailer` says what it was told: neither is passed on. */
function told(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return new SmtpFailed('The mail was not sent in time')
  const {
    code,
    responseCode,
    command,
  }: { code?: unknown; responseCode?: unknown; command?: unknown } = Object(error)
  const step = typeof command === 'string' && /^[A-Z ]{1,20}$/.test(command) ? ` to ${command}` : ''
  const status = typeof responseCode === 'number' ? responseCode : null
  if (status !== null && status >= 500 && isOfMail(code)) {
    return new NoRetry(`The mail server refused the mail (${status}${step})`)
  }
  if (status !== null) return new SmtpFailed(`The mail server answered ${status}${step}`)
  const word = typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : 'unknown failure'
  return new SmtpFailed(`The mail server could not be used (${word})`)
}

/** A refused password is the operator's to mend, and mails wait for that. */
function isOfMail(code: unknown): boolean {
  return code === 'EENVELOPE' || code === 'EMESSAGE'
}

async function nodemailer(): Promise<Pick<typeof import('nodemailer'), 'createTransport'>> {
  try {
    return await import('nodemailer')
  } catch (cause) {
    throw new ImproperlyConfigured('smtpMailer() needs nodemailer: npm install nodemailer', {
      cause,
    })
  }
}
