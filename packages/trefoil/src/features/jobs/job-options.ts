import type { AnyDatabase } from '../../database.ts'
import type { ByteSize, Clock, Duration, InputOf, OutputOf, Schema } from '../../index.ts'
import { databasePart } from '../../inner.ts'
import {
  kinds,
  type OptionGroup,
  type OptionKind,
  REQUIRED,
  systemClock,
  type Values,
} from '../../parts.ts'

/** Options of {@link jobQueue}. */
export interface JobQueueOptions {
  /** Where jobs are kept: `database()`, a part of the app before this one. */
  readonly data: AnyDatabase
  /**
   * Where jobs run: `serving`, where a server of Trefoil's listens; `always`, wherever the app starts; `never`,
   * only in `trefoil work`. Default `serving`.
   */
  readonly work?: 'serving' | 'always' | 'never'
  /** How often it is looked for jobs that another process sent. Default `1s`. */
  readonly poll?: Duration
  /** How long nothing may be heard of a worker before its jobs are another's. Default `30s`. */
  readonly lease?: Duration
  /** How long jobs are kept that are done or cancelled, and with them their keys. Default `7d`. */
  readonly keep?: Duration
  /** How long dead jobs are kept. Default `30d`. */
  readonly keepDead?: Duration
  /** How much data a job may have. Default `64kb`. */
  readonly maxData?: ByteSize
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

type JobQueueValues = Values<
  JobQueueOptions,
  { poll: number; lease: number; keep: number; keepDead: number; maxData: number }
>

/** Milliseconds that a timer of Node's can wait: a longer one would end at once. */
const LONGEST = 2 ** 31 - 1

const waited: OptionKind<number> = {
  ...kinds.duration,
  read(value, path) {
    const read = kinds.duration.read(value, path)
    return 'value' in read && read.value > LONGEST ? { mistake: 'must be 24d at most' } : read
  },
}

/** The rows of {@link JobQueueOptions}. */
export const JOB_QUEUE: OptionGroup<JobQueueOptions, JobQueueValues> = {
  name: 'jobQueue()',
  prefix: 'TREFOIL_JOBS',
  rows: {
    data: {
      read: databasePart<AnyDatabase>(),
      default: REQUIRED,
      doc: 'Where jobs are kept: `database()`, a part of the app before this one.',
    },
    work: {
      read: kinds.choice(['serving', 'always', 'never']),
      default: 'serving',
      variable: true,
      doc: "Where jobs run: `serving`, where a server of Trefoil's listens; `always`, wherever the app starts; `never`, only in `trefoil work`.",
    },
    poll: {
      read: waited,
      default: '1s',
      variable: true,
      doc: 'How often it is looked for jobs that another process sent.',
    },
    lease: {
      read: waited,
      default: '30s',
      variable: true,
      doc: "How long nothing may be heard of a worker before its jobs are another's.",
    },
    keep: {
      read: kinds.duration,
      default: '7d',
      variable: true,
      doc: 'How long jobs are kept that are done or cancelled, and with them their keys.',
    },
    keepDead: {
      read: kinds.duration,
      default: '30d',
      variable: true,
      doc: 'How long dead jobs are kept.',
    },
    maxData: {
      read: kinds.size,
      default: '64kb',
      variable: true,
      doc: 'How much data a job may have.',
    },
    clock: {
      read: kinds.clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}

/** Options of `jobs.define()`. */
export interface JobOptions<Data extends Schema = Schema> {
  /** What a job is given. Asked when it is sent and again before it runs. Default: any JSON. */
  readonly data?: Data
  /** Tries after one that failed. Default 5. */
  readonly retries?: number
  /** Before the second try; doubled for each one after it, less up to a half by chance. Default `1s`. */
  readonly backoff?: Duration
  /** What it never exceeds. Default `1h`. */
  readonly longestBackoff?: Duration
  /** How long one try may take. Default `1m`. */
  readonly timeout?: Duration
  /** How many run at the same time in one process. Default 4. */
  readonly concurrency?: number
  /** When one is sent by itself: minute, hour, day of the month, month, day of the week. Default never. */
  readonly cron?: string
  /** Of `cron`. Default `UTC`. */
  readonly timeZone?: string
}

/** {@link JobOptions} after reading. */
export type JobValues = Values<
  JobOptions,
  {
    data: Schema | null
    backoff: number
    longestBackoff: number
    timeout: number
    cron: string | null
  }
>

const schema = kinds.kind(
  'a schema such as z.object({ … })',
  (value): value is Schema =>
    (typeof value === 'object' || typeof value === 'function') &&
    value !== null &&
    '~standard' in value,
)

/** The rows of {@link JobOptions}. */
export const JOB: OptionGroup<JobOptions, JobValues> = {
  name: 'jobs.define()',
  prefix: 'TREFOIL_JOBS',
  rows: {
    data: {
      read: kinds.orNull(schema),
      default: null,
      shown: 'any JSON',
      doc: 'What a job is given. Asked when it is sent and again before it runs.',
    },
    retries: {
      read: kinds.count({ least: 0, most: 1000 }),
      default: 5,
      doc: 'Tries after one that failed.',
    },
    backoff: {
      read: kinds.duration,
      default: '1s',
      doc: 'Before the second try; doubled for each one after it, less up to a half by chance.',
    },
    longestBackoff: { read: kinds.duration, default: '1h', doc: 'What it never exceeds.' },
    timeout: { read: waited, default: '1m', doc: 'How long one try may take.' },
    concurrency: {
      read: kinds.count({ most: 1000 }),
      default: 4,
      doc: 'How many run at the same time in one process.',
    },
    cron: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown: 'never',
      doc: 'When one is sent by itself: minute, hour, day of the month, month, day of the week.',
    },
    timeZone: { read: kinds.text, default: 'UTC', doc: 'Of `cron`.' },
  },
}

/** Options of a job that is sent. */
export interface SendJobOptions {
  /**
   * One job of a key: a second one of the same name and tenant is the first one, as long as that is kept.
   * Default none.
   */
  readonly key?: string
  /** How long nobody takes it. Default not at all. */
  readonly delay?: Duration
}

/** The rows of {@link SendJobOptions}. */
export const SEND: OptionGroup<
  SendJobOptions,
  Values<SendJobOptions, { key: string | null; delay: number }>
> = {
  name: 'send()',
  prefix: 'TREFOIL_JOBS',
  rows: {
    key: {
      read: kinds.orNull(
        kinds.kind('text of 1 to 255 characters', (value): value is string => {
          return typeof value === 'string' && value !== '' && value.length <= 255
        }),
      ),
      default: null,
      doc: 'One job of a key: a second one of the same name and tenant is the first one, as long as that is kept.',
    },
    delay: { read: kinds.duration, default: '0s', doc: 'How long nobody takes it.' },
  },
}

/** What `send` takes of a job's schema. */
export type DataIn<Data extends Schema> = InputOf<Data>
/** What the handler is given of it. */
export type DataOut<Data extends Schema> = OutputOf<Data>
