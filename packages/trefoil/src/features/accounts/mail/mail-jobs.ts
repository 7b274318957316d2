import type { AnyDatabase } from '../../../database.ts'
import type { BackgroundCall } from '../../../index.ts'
import type { JobQueue, RunningJob } from '../../../jobs.ts'
import type { MailKind } from '../challenge.ts'
import type { MailLimits } from './mail-limits.ts'
import { mailNotSent } from './mail-not-sent.ts'
import type { MailNotice, MailOutbox } from './mail-outbox.ts'
import { checkMessage, type Mailer, type MailMessage } from './mailer.ts'

/** What a mail is about, as it is found when its turn comes. */
export interface MailFacts {
  readonly id: string
  /** `nobody`: all of it is done but the sending, so that an address that nobody has looks like any other. */
  readonly kind: MailKind
  /** Mails of one purpose share the pause between two to one mailbox. */
  readonly purpose: string
  readonly to: string
  /** BCP 47, of the account; `null` for the app's. */
  readonly locale: string | null
  /** What it carries, made now and kept nowhere; `null` for a notice. */
  readonly proof: MailProof | null
  /** What it should carry is made with a key that this process has not got. */
  readonly lacksKey?: boolean
  /** Milliseconds since the Unix epoch; so is the next one. */
  readonly createdAt: number
  /** A mail whose proof is over is not sent. */
  readonly expiresAt: number
}

/** What a mail carries. */
export type MailProof = { readonly link: string } | { readonly code: string }

/** Taken up by a process whose ring lacks the key of a link or a code. */
class KeyMissing extends Error {
  override readonly name = 'KeyMissing'
  constructor() {
    super(
      'What this mail carries is made with a key that this process has not got: give every process of the app the same keys',
    )
  }
}

/** Where mails are found. */
export interface MailSource {
  /** As it has been committed; `null` for what was used, or removed. */
  find(id: string): Promise<MailFacts | null>
  /** It was handed to the mailer: noted with the job's unit. */
  sent(unit: object, facts: MailFacts): Promise<void>
  /** Writes a notice down. @returns its id */
  addNotice(unit: object, notice: MailNotice): Promise<string>
}

/** What {@link JobOutbox} goes by. */
export interface OutboxFacts {
  readonly data: AnyDatabase
  readonly jobs: JobQueue
  readonly mailer: Mailer
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
const TIMEOUT = 30_000

/**
 * Mails as jobs: written with the unit of the call that asks for them, sent afterwards at least once. Whoever calls
 * waits for no mail server, and learns nothing by how long one takes (ENUM-3).
 */
export class JobOutbox implements MailOutbox {
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

  async challenge(unit: object, challenge: string): Promise<void> {
    const job: MailJob = { challenge }
    await this.#facts.jobs.send(unit, this.#job, job)
  }

  async notice(unit: object, notice: MailNotice): Promise<void> {
    await this.challenge(unit, await this.#facts.source.addNotice(unit, notice))
  }

  async #send(job: MailJob, call: BackgroundCall, { attempt }: RunningJob): Promise<void> {
    const { data, source, now } = this.#facts
    const facts = await source.find(job.challenge)
    // Used, removed or over since it was asked for.
    const { lacksKey = false } = facts ?? {}
    if (facts === null || ((facts.proof !== null || lacksKey) && facts.expiresAt <= now())) return
    if (!(await this.#isItsTurn(facts, job, call, attempt))) return
    // While keys are rotated a process that is older takes it up as well: one that has the key sends it.
    if (lacksKey) throw new KeyMissing()
    await this.#deliver(facts, call.signal)
    // Not before: the unit would be held for as long as a mail server takes.
    await source.sent(await call.resolve(data.db), facts)
  }

  async #deliver(facts: MailFacts, signal: AbortSignal): Promise<void> {
    const { write, mailer } = this.#facts
    try {
      const message = write(facts)
      checkMessage(message)
      if (facts.kind !== 'nobody') await mailer.send(message, signal)
    } catch (error) {
      throw mailNotSent(error, signal)
    }
  }

  /** False where it goes later, or never. What tells its owner of an attack is always sent. */
  async #isItsTurn(
    facts: MailFacts,
    job: MailJob,
    call: BackgroundCall,
    attempt: number,
  ): Promise<boolean> {
    if (facts.purpose === 'notice') return true
    const { data, jobs, limits } = this.#facts
    // A try that failed may have failed before it had one: many that fail would all be sent at once afterwards.
    if (attempt > 1 && (await limits.hasTurn(facts.id))) return true
    const turn = await limits.take(facts.purpose, facts.to)
    if (turn !== 'never' && turn.after === 0) {
      await limits.keepTurn(facts.id)
      return true
    }
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
