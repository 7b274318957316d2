import type { Awaitable } from '../../index.ts'
import type { Backlog } from './job-figures.ts'

/** How far a job has come. `dead`: it failed as often as it may, and waits for somebody to look at it. */
export type JobState = 'waiting' | 'running' | 'done' | 'dead' | 'cancelled'

/** Every state, in the order of a job's life. */
export const JOB_STATES: readonly JobState[] = ['waiting', 'running', 'done', 'dead', 'cancelled']

/** How often a job is tried, and how long it is waited between two tries. */
export interface Attempts {
  /** Tries after the first one. */
  readonly retries: number
  /** Milliseconds before the second try; doubled for each one after it. */
  readonly backoff: number
  /** Milliseconds that it never exceeds. */
  readonly longestBackoff: number
  /** Milliseconds that one try may take. */
  readonly timeout: number
}

/** A queue of a job's name, as the store has to know it. */
export interface JobQueueFacts extends Attempts {
  readonly queue: string
}

/** A job that is put in. */
export interface NewJob {
  /** Of one key always the same: what makes the second job of a key the first one. */
  readonly id: string
  readonly queue: string
  /** JSON. */
  readonly data: string
  /** JSON of who sent it; `null` for the app itself. */
  readonly sender: string | null
  readonly key: string | null
  /** Milliseconds since the Unix epoch; before it nobody takes the job. */
  readonly startAt: number
}

/** A job as it is kept. Times are milliseconds since the Unix epoch. */
export interface StoredJob extends NewJob {
  readonly state: JobState
  /** Tries that failed. */
  readonly failures: number
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  /** What the last failure said. */
  readonly failure: string | null
}

/** A job that a worker has. */
export interface TakenJob extends StoredJob {
  /** Which taking of it this is: whoever has an older one has lost the job. */
  readonly run: number
}

/** Which jobs are listed. */
export interface JobFilter {
  readonly queue?: string | undefined
  readonly state?: JobState | undefined
  /** At most so many, the newest first. */
  readonly most: number
}

/**
 * Where jobs are kept. One job is one worker's at a time; of two that both believe it is theirs one
 * {@link finish} is true.
 */
export interface JobStore {
  /** Once, before everything else; queues are those that the app knows. */
  open(queues: readonly JobQueueFacts[], works: boolean): Awaitable<void>
  close(): Awaitable<void>
  /** Calls back when another process may have sent something. Once, by a worker that is open. */
  listen(wake: () => void): Awaitable<void>
  /** Something was sent, and committed. Must not wait, and must not throw. */
  tell(): void
  /**
   * Puts a job in, with the unit.
   *
   * @param unit of the database
   * @returns false where there is one of its id already: that one stays as it is
   */
  add(unit: unknown, job: NewJob): Awaitable<boolean>
  /** Takes up to so many that are due, oldest first. */
  take(queue: string, most: number): Awaitable<readonly TakenJob[]>
  /** Says that this worker lives. @returns ids of jobs that are still its own */
  keep(taken: readonly TakenJob[]): Awaitable<ReadonlySet<string>>
  /** Done, with the unit in which it was done. @returns false where it is not this worker's any more */
  finish(unit: unknown, job: TakenJob): Awaitable<boolean>
  /**
   * Failed: tried again later, or dead.
   *
   * @param mayRetry false where another try would end the same way
   */
  fail(job: TakenJob, failure: string, mayRetry: boolean): Awaitable<void>
  /** Not begun, or broken off by no fault of its own: somebody else may have it at once. */
  giveBack(taken: readonly TakenJob[]): Awaitable<void>
  /** Takes back jobs of workers that have died. @returns how many */
  reclaim(): Awaitable<number>
  /** @param unit in which it is looked for; without one, as it has been committed */
  find(id: string, unit?: unknown): Awaitable<StoredJob | null>
  list(filter: JobFilter): Awaitable<readonly StoredJob[]>
  /**
   * With the unit: whoever runs it is told when he looks.
   *
   * @returns false where it has ended, or there is none
   */
  cancel(unit: unknown, id: string): Awaitable<boolean>
  /** A dead or cancelled one begins anew. @returns false for any other */
  retry(unit: unknown, id: string): Awaitable<boolean>
  /** When the next job is due that waits; `null` for none. Milliseconds since the Unix epoch. */
  nextStart(queues: readonly string[]): Awaitable<number | null>
  /** How many are due of each, and since when. */
  backlog(queues: readonly string[]): Awaitable<readonly Backlog[]>
  /** Names of queues in which jobs wait. */
  waitingQueues(): Awaitable<readonly string[]>
  /** Removes jobs that ended before: done and cancelled ones, and dead ones. @returns how many */
  sweep(doneBefore: number, deadBefore: number): Awaitable<number>
}
