import type { AnyDatabase } from '../../../database.ts'
import type { BackgroundCall } from '../../../index.ts'
import { type JobQueue, NoRetry, type RunningJob } from '../../../jobs.ts'
import type { MailKind } from './mail-kind.ts'
import type { MailLimits } from './mail-limits.ts'
import { checkMessage, type Mailer, type MailMessage, MailRefused } from './mailer.ts'

/** What a mail is about, as it is found when its turn comes. */
export interface MailFacts {
  readonly id: string
  /** `nobody`: all of it is done but the sending, so that an address that nobody has looks like any other. */
  readonly kind: MailKind | 'nobody'
  /** Mails of one purpose share the pause between two to one mailbox. */
  readonly purpose: string
  readonly to: string
  /** BCP 47, of the account; `null` for the app's. */
  readonly locale: string | null
  /** What it carries, made now and kept nowhere; `null` for a notice. */
  readonly proof: MailProof | null
  /** Milliseconds since the Unix epoch; so is the next one. */
  readonly createdAt: number
  /** A mail whose proof is over is not sent. */
  readonly expiresAt: number
}

/** What a mail carries. */
export type MailProof = { readonly link: string } | { readonly code: string }

/** Where mails are found. */
export interface MailSource {
  /** As it has been committed; `null` for what was used, or removed. */
  find(id: string): Promise<MailFacts | null>
  /** It was handed to the mailer: noted with the job's unit. */
  sent(unit: unknown, id: string, at: number): Promise<void>
}

/** What {@link MailOutbox} goes by. */
export interface OutboxFacts {
  readonly data: AnyDatabase
  readonly jobs: JobQueue
  readonly mailer: () => Promise<Mailer>
  readonly source: MailSource
  readonly limits: MailLimits
  readonly write: (facts: MailFacts) => MailMessage
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** What a job is given: nothing in it opens anything. */
interface MailJob {
  readonly challenge: string
  /** It has been put off once. */
  readonly isLate?: boolean
}

/** Name of the job. */
export const MAIL_JOB = 'accounts.mail'
/** Milliseconds that a try may take, all of it. */
const TIMEOUT = 60_000

/**
 * Mails as jobs: written with the unit of the call that asks for them, sent afterwards at least once. Whoever calls
 * waits for no mail server, and learns nothing by how long one takes (ENUM-3).
 */
export class MailOutbox {
  readonly #facts: OutboxFacts
  readonly #job: ReturnType<JobQueue['define']>

  /** To be made before the app starts. */
  constructor(facts: OutboxFacts) {
    this.#facts = facts
    this.#job = facts.jobs.define(
      MAIL_JOB,
      { retries: 12, backoff: '5s', longestBackoff: '1h', timeout: `${TIMEOUT}ms`, concurrency: 4 },
      (data, call, job) => this.#send(data as MailJob, call, job),
    )
  }

  /**
   * One statement, whatever there is to be sent.
   *
   * @param unit what `data.db` gives
   */
  async queue(unit: object, { challenge }: { readonly challenge: string }): Promise<void> {
    const job: MailJob = { challenge }
    await this.#facts.jobs.send(unit, this.#job, job)
  }

  async #send(job: MailJob, call: BackgroundCall, { attempt }: RunningJob): Promise<void> {
    const { data, source, write, mailer, now } = this.#facts
    const facts = await source.find(job.challenge)
    // Used, removed or over since it was asked for.
    if (facts === null || (facts.proof !== null && facts.expiresAt <= now())) return
    if (attempt === 1 && !(await this.#isItsTurn(facts, job, call))) return
    const message = write(facts)
    if (facts.kind !== 'nobody') await handOver(await mailer(), message, call.signal)
    // Not before: the unit would be held for as long as a mail server takes.
    await source.sent(await call.resolve(data.db), facts.id, Math.floor(now()))
  }

  /** False where it goes later, or never. What tells its owner of an attack is always sent. */
  async #isItsTurn(facts: MailFacts, job: MailJob, call: BackgroundCall): Promise<boolean> {
    if (facts.proof === null && facts.kind !== 'already_registered' && facts.kind !== 'nobody') {
      return true
    }
    const { data, jobs, limits } = this.#facts
    const turn = await limits.take(facts.purpose, facts.to)
    if (turn !== 'never' && turn.after === 0) return true
    if (turn === 'never' || job.isLate === true) {
      call.log.warn(
        { challenge: facts.id },
        'A mailbox had its mails of this hour: no more is sent',
      )
      return false
    }
    const late: MailJob = { ...job, isLate: true }
    const delay = `${Math.ceil(turn.after)}ms` as const
    await jobs.send(await call.resolve(data.db), this.#job, late, { delay })
    return false
  }
}

async function handOver(mailer: Mailer, message: MailMessage, signal: AbortSignal): Promise<void> {
  try {
    checkMessage(message)
    await mailer.send(message, signal)
  } catch (error) {
    if (error instanceof MailRefused) throw new NoRetry(error.message)
    throw error
  }
}
