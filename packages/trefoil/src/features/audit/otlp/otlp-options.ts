import { type Duration, Secret } from '../../../index.ts'
import { kinds, type OptionGroup, type OptionKind, REQUIRED, type Values } from '../../../parts.ts'

/** Options of `auditLog({ otlp })`: a collector that is sent every entry, as a log record. */
export interface OtlpOptions {
  /** Where logs are taken: `https://collector.example:4318/v1/logs`. */
  readonly url: string
  /** What is sent with them, such as a key of the collector's. Default none. */
  readonly headers?: Readonly<Record<string, string | Secret>>
  /** How often it is looked for new entries. Default `5s`. */
  readonly every?: Duration
  /** Entries of one request. Default 500. */
  readonly batch?: number
  /** How long a request may take. Default `10s`. */
  readonly timeout?: Duration
  /** Folder where it is kept how far the log was sent, of a log that is in no database. Default `.data/audit-otlp`. */
  readonly dir?: string
}

/** {@link OtlpOptions} after reading. */
export type OtlpValues = Values<OtlpOptions, { every: number; timeout: number }>

const HEADER = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/
/** What Node would refuse when it is sent. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]+$/
const TAKEN: ReadonlySet<string> = new Set(['content-type', 'content-length', 'host'])

const url: OptionKind<string> = {
  words: 'URL',
  read(value) {
    const parsed = typeof value === 'string' ? URL.parse(value) : null
    // Never what it is: it may hold a password.
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
      return { mistake: 'must be a URL such as https://collector.example:4318/v1/logs' }
    }
    return parsed.username === '' && parsed.password === ''
      ? { value: parsed.href }
      : { mistake: 'must have no user and no password in it; put them into headers' }
  },
  fromText: (value) => ({ value }),
}

const most: OptionKind<number> = kinds.count({ least: 1, most: 10_000 })

/** A timer of less would not rest. */
function atLeast(least: number, text: string): OptionKind<number> {
  return {
    ...kinds.duration,
    read(value, path) {
      const read = kinds.duration.read(value, path)
      return 'value' in read && read.value < least
        ? { mistake: `must be at least '${text}'` }
        : read
    },
  }
}

/** The rows of {@link OtlpOptions}. */
export const OTLP: OptionGroup<OtlpOptions, OtlpValues> = {
  name: 'otlp',
  prefix: 'TREFOIL_AUDIT_OTLP',
  subject: ['url'],
  rows: {
    url: {
      read: url,
      default: REQUIRED,
      variable: true,
      doc: 'Where logs are taken: `https://collector.example:4318/v1/logs`.',
    },
    headers: {
      read: kinds.record<string | Secret>("{ 'x-api-key': 'text or a Secret' }", (name, value) => {
        if (!HEADER.test(name) || TAKEN.has(name.toLowerCase())) return 'is no header of yours'
        const text = value instanceof Secret ? value.reveal() : value
        return typeof text === 'string' && VALUE.test(text)
          ? null
          : 'must be a line of text or a Secret'
      }),
      default: {},
      doc: "What is sent with them, such as a key of the collector's: text, or a `Secret`.",
    },
    every: {
      read: atLeast(10, '10ms'),
      default: '5s',
      variable: true,
      doc: 'How often it is looked for new entries.',
    },
    batch: {
      read: most,
      default: 500,
      variable: true,
      doc: 'Entries of one request.',
    },
    timeout: {
      read: atLeast(10, '10ms'),
      default: '10s',
      variable: true,
      doc: 'How long a request may take.',
    },
    dir: {
      read: kinds.text,
      default: '.data/audit-otlp',
      variable: true,
      doc: 'Folder where it is kept how far the log was sent, of a log that is in no database.',
    },
  },
}
