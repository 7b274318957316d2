import type { Duration, Secret } from '../../../index.ts'
import { kinds, type OptionGroup, type OptionKind, REQUIRED, type Values } from '../../../parts.ts'
import { isAddress } from './mailer.ts'

/** Options of {@link smtpMailer}. */
export interface SmtpOptions {
  /** The mail server: a name or an address. */
  readonly host?: string
  /** Default 587: the connection begins in clear and is encrypted before anything is said. 465 is encrypted at once. */
  readonly port?: number
  /** Default none: the server takes mails without. */
  readonly username?: string
  /** Default none. */
  readonly password?: string | Secret
  /** Who mails are from: an address, or `Name <address>`. */
  readonly from?: string
  /** False sends in clear where the server offers no encryption. Default true, but for a server on this machine. */
  readonly tls?: boolean
  /** Certificate of an authority of your own, as PEM text. Default those that Node knows. */
  readonly ca?: string
  /** How long the server may take at each step. Default `10s`. */
  readonly timeout?: Duration
}

/** {@link SmtpOptions} after reading. */
export type SmtpValues = Values<
  SmtpOptions,
  {
    username: string | null
    password: string | null
    tls: boolean | null
    ca: string | null
    timeout: number
  }
>

const host: OptionKind<string> = {
  ...kinds.kind('a host name or an address', (value): value is string => {
    return typeof value === 'string' && /^[A-Za-z0-9._:-]{1,253}$/.test(value)
  }),
  words: 'text',
  fromText: (value) => ({ value }),
}

/** With a name that may have spaces, and is a header of each mail. */
const sender: OptionKind<string> = {
  ...kinds.kind(
    'one address, or a name and an address: Shop <mail@shop.example>',
    (value): value is string => typeof value === 'string' && readSender(value) !== null,
  ),
  words: 'text',
  fromText: (value) => ({ value }),
}

/** @returns `null` for what is no sender */
export function readSender(
  text: string,
): { readonly name: string; readonly address: string } | null {
  const [, name = '', inner] = /^([^<>]*)<([^<>]+)>$/.exec(text) ?? []
  const address = inner ?? text
  // A name with a line break would be a header of whoever wrote it.
  const isPlain = !/[\p{Cc}\u2028\u2029]/u.test(text) && text.length <= 320
  return isPlain && isAddress(address) ? { name: name.trim(), address } : null
}

/** The rows of {@link SmtpOptions}. */
export const SMTP: OptionGroup<SmtpOptions, SmtpValues> = {
  name: 'smtpMailer()',
  prefix: 'TREFOIL_AUTH_SMTP',
  subject: ['host'],
  rows: {
    host: {
      read: host,
      default: REQUIRED,
      variable: true,
      doc: 'The mail server: a name or an address.',
    },
    port: {
      read: kinds.count({ least: 1, most: 65_535 }),
      default: 587,
      variable: true,
      doc: 'The connection begins in clear and is encrypted before anything is said. 465 is encrypted at once.',
    },
    username: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown: 'none',
      variable: true,
      doc: 'Name that the server knows.',
    },
    password: {
      read: kinds.orNull(kinds.secretText),
      default: null,
      shown: 'none',
      variable: true,
      doc: 'What goes with it.',
    },
    from: {
      read: sender,
      default: REQUIRED,
      variable: true,
      doc: 'Who mails are from: an address, or `Name <address>`.',
    },
    tls: {
      read: kinds.orNull(kinds.flag),
      default: null,
      shown: '`true`, but for a server on this machine',
      variable: true,
      doc: 'False sends in clear where the server offers no encryption.',
    },
    ca: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown: 'those that Node knows',
      doc: 'Certificate of an authority of your own, as PEM text.',
    },
    timeout: {
      read: kinds.duration,
      default: '10s',
      variable: true,
      doc: 'How long the server may take at each step.',
    },
  },
}
