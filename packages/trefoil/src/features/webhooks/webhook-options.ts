import type { KeyMaterial, KeyRing } from '../../auth.ts'
import type { AnyDatabase } from '../../database.ts'
import type { Clock, Duration } from '../../index.ts'
import { databasePart } from '../../inner.ts'
import type { JobQueue } from '../../jobs.ts'
import {
  kinds,
  type OptionGroup,
  type OptionKind,
  REQUIRED,
  systemClock,
  type Values,
} from '../../parts.ts'

/** Options of {@link webhooks}. */
export interface WebhooksOptions {
  /** Where endpoints are kept: `database()`. */
  readonly data: AnyDatabase
  /** What sends: `jobQueue()`. Both are parts of the app before this one. */
  readonly jobs: JobQueue
  /**
   * What the secrets of endpoints are derived from, of at least 32 bytes. Keep previous keys in the ring for as
   * long as there are endpoints that were made with them.
   */
  readonly keys: KeyMaterial | KeyRing
  /** Networks that may be reached although they are not public, such as `10.1.0.0/16`. Default none. */
  readonly allow?: readonly string[]
  /** True takes endpoints without TLS too. Default false. */
  readonly http?: boolean
  /** How long an endpoint has to answer. Default `10s`. */
  readonly timeout?: Duration
  /** Tries after one that failed. Default 14: with the waits below, two to three days. */
  readonly retries?: number
  /** Before the second try; doubled for each one after it. Default `5s`. */
  readonly backoff?: Duration
  /** What that never exceeds. Default `8h`. */
  readonly longestBackoff?: Duration
  /** How long the secret before still signs, once it was rotated. Default `1d`. */
  readonly overlap?: Duration
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

type WebhooksValues = Values<
  WebhooksOptions,
  { keys: unknown; timeout: number; backoff: number; longestBackoff: number; overlap: number }
>

const anything: OptionKind<unknown> = { words: 'value', read: (value) => ({ value }) }

function withMethods<Value>(words: string, names: readonly string[]): OptionKind<Value> {
  return kinds.kind(
    words,
    (value): value is Value =>
      typeof value === 'object' &&
      value !== null &&
      names.every((name) => typeof Reflect.get(value, name) === 'function'),
  )
}

/** The rows of {@link WebhooksOptions}. */
export const WEBHOOKS: OptionGroup<WebhooksOptions, WebhooksValues> = {
  name: 'webhooks()',
  prefix: 'TREFOIL_WEBHOOKS',
  rows: {
    data: {
      read: databasePart<AnyDatabase>(),
      default: REQUIRED,
      doc: 'Where endpoints are kept: `database()`.',
    },
    jobs: {
      read: withMethods<JobQueue>('a part of jobQueue()', ['define', 'send', 'find']),
      default: REQUIRED,
      doc: 'What sends: `jobQueue()`. Both are parts of the app before this one.',
    },
    keys: {
      read: anything,
      default: REQUIRED,
      doc: 'What the secrets of endpoints are derived from, of at least 32 bytes: a secret, or a ring.',
    },
    allow: {
      read: kinds.list(),
      default: [],
      variable: true,
      doc: 'Networks that may be reached although they are not public, such as `10.1.0.0/16`.',
    },
    http: {
      read: kinds.flag,
      default: false,
      variable: true,
      doc: 'True takes endpoints without TLS too.',
    },
    timeout: {
      read: kinds.duration,
      default: '10s',
      variable: true,
      doc: 'How long an endpoint has to answer.',
    },
    retries: {
      read: kinds.count({ least: 0, most: 1000 }),
      default: 14,
      variable: true,
      doc: 'Tries after one that failed: with the waits below, two to three days.',
    },
    backoff: {
      read: kinds.duration,
      default: '5s',
      variable: true,
      doc: 'Before the second try; doubled for each one after it.',
    },
    longestBackoff: {
      read: kinds.duration,
      default: '8h',
      variable: true,
      doc: 'What that never exceeds.',
    },
    overlap: {
      read: kinds.duration,
      default: '1d',
      variable: true,
      doc: 'How long the secret before still signs, once it was rotated.',
    },
    clock: {
      read: kinds.clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}
