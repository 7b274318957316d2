import type { Duration } from '../../../index.ts'
import { kinds, type OptionGroup, type Values } from '../../../parts.ts'
import type { MailTextOptions } from './texts/mail-text.ts'

/** What mails say, and how many of them there are. */
export interface MailOptions {
  /** What the app is called in them. Default its name. */
  readonly name?: string
  /** How long after a mail the next one of its kind goes to the same mailbox. Default `1m`. */
  readonly cooldown?: Duration
  /** Mails to one mailbox in an hour, of those that anybody can ask for; as many to reset the password. Default 10. */
  readonly perHour?: number
  /** Texts in other words, or another language: `{ fr: { … } }`. Default ours, in English and German. */
  readonly texts?: MailTextOptions
}

/** {@link MailOptions} after reading. */
export type MailValues = Values<MailOptions, { name: string | null; cooldown: number }>

/** The rows of {@link MailOptions}. */
export const MAIL: OptionGroup<MailOptions, MailValues> = {
  name: 'accounts(): mail',
  prefix: 'TREFOIL_AUTH_MAIL',
  rows: {
    name: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown: 'that of the app',
      variable: true,
      doc: 'What the app is called in them.',
    },
    cooldown: {
      read: kinds.duration,
      default: '1m',
      variable: true,
      doc: 'How long after a mail the next one of its kind goes to the same mailbox.',
    },
    perHour: {
      read: kinds.count({ least: 1, most: 1000 }),
      default: 10,
      variable: true,
      doc: 'Mails to one mailbox in an hour, of those that anybody can ask for; as many to reset the password.',
    },
    texts: {
      read: kinds.record<MailTextOptions[string]>(
        "{ en: { reset_password: { subject: '…' } } }",
        () => null,
      ),
      default: {},
      shown: 'ours, in English and German',
      doc: 'Texts in other words, or another language.',
    },
  },
}
