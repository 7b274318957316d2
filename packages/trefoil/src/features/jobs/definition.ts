import type { Awaitable, BackgroundCall, Schema } from '../../index.ts'
import type { Cron } from './cron.ts'
import type { JobQueueFacts } from './job-store.ts'

/** What a handler knows of the job that it does. */
export interface RunningJob {
  readonly id: string
  readonly name: string
  readonly key: string | null
  /** 1 for the first try. */
  readonly attempt: number
  /** Milliseconds since the Unix epoch. */
  readonly sentAt: number
}

/**
 * Does a job. It may run more than once: what it does in the database of the queue, by
 * `call.resolve(data.db)`, is kept with its being done, or not at all; what it does elsewhere is its own to
 * look after, by `job.id` say.
 */
export type JobHandler<Data = unknown> = (
  data: Data,
  call: BackgroundCall,
  job: RunningJob,
) => Awaitable<unknown>

/** A job that has been defined: what `send` takes. */
export interface JobHandle<Data = unknown> {
  readonly name: string
  /** Carries the type only. */
  readonly '~data'?: Data
}

/** A job's name with everything about it. */
export interface Definition extends JobQueueFacts {
  readonly schema: Schema | null
  readonly concurrency: number
  readonly cron: Cron | null
  readonly handler: JobHandler<never>
}
