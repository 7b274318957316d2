import { AsyncLocalStorage } from 'node:async_hooks'
import type { Clock } from '../../index.ts'
import { type PartApp, type PartWork, TransactionConflict } from '../../parts.ts'
import type { Definition } from './definition.ts'
import { JobLost, JobTimedOut, NoRetry, WorkerStops } from './job-errors.ts'
import type { JobEvent } from './job-figures.ts'
import { authOf, type JobSender, readSender } from './job-sender.ts'
import type { JobStore, TakenJob } from './job-store.ts'
import { failureText, validated } from './payload.ts'

/** What a worker goes by. */
export interface WorkerOptions {
  readonly store: JobStore
  readonly definitions: ReadonlyMap<string, Definition>
  readonly app: PartApp
  readonly clock: Clock
  /** Milliseconds; so are the next three. */
  readonly poll: number
  readonly lease: number
  readonly keep: number
  readonly keepDead: number
  /** Resolves the unit of the call that runs a job, and marks it done in it. */
  readonly finish: (call: Parameters<Definition['handler']>[1], job: TakenJob) => Promise<boolean>
  /** Sends what `cron` says is due. */
  readonly sendDue: (from: number, to: number) => Promise<void>
  /** Told how a try ended. */
  readonly count: (job: string, event: Exclude<JobEvent, 'sent'>) => void
}

interface Running {
  readonly job: TakenJob
  readonly controller: AbortController
  readonly ended: Promise<void>
}

/** Milliseconds between two removals of old jobs. */
const SWEEP = 600_000
/** A worker is heard of so often in the time of a lease. */
const BEATS = 6
/** Milliseconds between two passes where the next job is due at once. */
const SHORTEST = 2
const MINUTE = 60_000

/**
 * Takes jobs and does them, so many of a name at a time. Whatever goes wrong is logged: no pass of it ever
 * rejects.
 */
export class Worker {
  readonly #options: WorkerOptions
  readonly #outside = AsyncLocalStorage.snapshot()
  readonly #running = new Map<string, Running>()
  /** Names of which the last taking found as many as it asked for. */
  readonly #full = new Set<string>()
  #isLooping = false
  #isStopping = false
  #isBusy = false
  #isAgain = false
  /** When it looks by itself. */
  #looksAt = Number.POSITIVE_INFINITY
  #pass: Promise<number> | null = null
  #timer: ReturnType<typeof setTimeout> | null = null
  #beatAt: number
  #sweptAt = Number.NEGATIVE_INFINITY
  #tickedAt: number
  #hasLooked = false

  constructor(options: WorkerOptions) {
    this.#options = options
    const { clock } = options
    this.#beatAt = clock.elapsed()
    this.#tickedAt = clock.now()
  }

  /** Goes on until it is stopped. */
  start(): void {
    if (this.#isLooping || this.#isStopping) return
    this.#isLooping = true
    this.#tickedAt = this.#options.clock.now()
    this.wake()
  }

  /**
   * There may be something to do.
   *
   * @param at from then on, where it is known; milliseconds since the Unix epoch
   */
  wake(at: number = Number.NEGATIVE_INFINITY): void {
    if (!this.#isLooping || this.#isStopping) return
    if (at >= this.#looksAt && at > this.#options.clock.now()) return
    if (this.#isBusy) this.#isAgain = true
    // Not in the context of whichever call woke it: it goes on for as long as the app does.
    else this.#outside(() => void this.#loop())
  }

  /** Takes what is due, does it, and again, until nothing is due. @returns how many it did */
  async runDue(): Promise<number> {
    let count = 0
    for (;;) {
      const began = await this.#once()
      count += began
      const ends = [...this.#running.values()].map(({ ended }) => ended)
      if (began === 0 && ends.length === 0) return count
      await Promise.all(ends)
    }
  }

  /** How many of a name run here. */
  runs(queue: string): number {
    let count = 0
    for (const { job } of this.#running.values()) if (job.queue === queue) count++
    return count
  }

  /** Tells a job that it is cancelled, where it runs here. */
  cancel(id: string): void {
    this.#running.get(id)?.controller.abort(new JobLost())
  }

  /** Takes none any more. @returns settles when those that run have ended */
  async drain(): Promise<void> {
    this.#isStopping = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    await this.#pass
    // It may take longer than a lease: a job that nobody speaks for would begin elsewhere beside this one.
    const beats = setInterval(() => void this.#speak(), this.#options.lease / BEATS)
    try {
      await Promise.all([...this.#running.values()].map(({ ended }) => ended))
    } finally {
      clearInterval(beats)
    }
  }

  /** What still runs is broken off and given back. */
  async stop(): Promise<void> {
    const drained = this.drain()
    await this.#pass
    for (const { controller } of this.#running.values()) controller.abort(new WorkerStops())
    await drained
  }

  async #loop(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#isBusy = true
    let pause: number
    do {
      this.#isAgain = false
      // What is sent from here on wakes it again.
      this.#looksAt = Number.POSITIVE_INFINITY
      await this.#once()
      pause = await this.#pause()
    } while (this.#isAgain && !this.#isStopping)
    this.#isBusy = false
    if (this.#isStopping) return
    this.#looksAt = this.#options.clock.now() + pause
    this.#timer = setTimeout(() => void this.#loop(), pause)
    // A server keeps the process, and so does the command.
    this.#timer.unref()
  }

  async #pause(): Promise<number> {
    const { store, definitions, clock } = this.#options
    const longest = this.#longestPause()
    const open = [...definitions.values()].filter((one) => this.#placesOf(one) > 0)
    try {
      const next = await store.nextStart(open.map(({ queue }) => queue))
      return next === null ? longest : Math.max(SHORTEST, Math.min(longest, next - clock.now()))
    } catch {
      // Told by the pass that finds it so, too.
      return longest
    }
  }

  /** However seldom it is to look for jobs of others: the lease of its own and what `cron` says do not wait for that. */
  #longestPause(): number {
    const { definitions, poll, lease, clock } = this.#options
    const longest = Math.max(SHORTEST, Math.min(poll, lease / BEATS))
    const hasCron = [...definitions.values()].some(({ cron }) => cron !== null)
    return hasCron
      ? Math.max(SHORTEST, Math.min(longest, MINUTE - (clock.now() % MINUTE)))
      : longest
  }

  /** One at a time. */
  #once(): Promise<number> {
    this.#pass ??= this.#go().finally(() => {
      this.#pass = null
    })
    return this.#pass
  }

  async #go(): Promise<number> {
    let began = 0
    try {
      await this.#tick()
      await this.#beat()
      for (const definition of this.#options.definitions.values()) {
        if (this.#isStopping) break
        began += await this.#take(definition)
      }
      await this.#sweep()
    } catch (err) {
      this.#options.app.log.error({ err }, 'Jobs could not be looked for; it is tried again')
    }
    return began
  }

  async #tick(): Promise<void> {
    const { clock, sendDue, app } = this.#options
    const now = clock.now()
    try {
      // A clock that was put back: what was due has been sent, and is not sent again by its key.
      await sendDue(Math.min(this.#tickedAt, now), now)
      // Not before: a tick that met a database that was away would be left out.
      this.#tickedAt = now
    } catch (err) {
      // Not a reason to do nothing else.
      app.log.error({ err }, 'What cron says is due could not be sent; it is tried again')
    }
  }

  async #beat(): Promise<void> {
    const { store, lease, clock, app, definitions } = this.#options
    if (!this.#hasLooked) {
      this.#hasLooked = true
      const strange = (await store.waitingQueues()).filter((queue) => !definitions.has(queue))
      if (strange.length > 0) {
        app.log.warn(
          { jobs: strange },
          'Jobs are waiting that this app does not define; nobody does them',
        )
      }
    } else if (clock.elapsed() - this.#beatAt < lease / BEATS) return
    this.#beatAt = clock.elapsed()
    await this.#keep()
    await store.reclaim()
  }

  /** Says that its jobs are its own still; those that are not hear of it. */
  async #keep(): Promise<void> {
    if (this.#running.size === 0) return
    const running = [...this.#running.values()]
    const kept = await this.#options.store.keep(running.map(({ job }) => job))
    for (const { job, controller } of running) {
      if (!kept.has(job.id)) controller.abort(new JobLost())
    }
  }

  /** As {@link #keep}, where nothing else looks any more. */
  async #speak(): Promise<void> {
    try {
      await this.#keep()
    } catch (err) {
      this.#options.app.log.error(
        { err },
        'Jobs could not be kept while they end; it is tried again',
      )
    }
  }

  #placesOf({ queue, concurrency }: Definition): number {
    return concurrency - this.runs(queue)
  }

  async #take(definition: Definition): Promise<number> {
    const { store, app } = this.#options
    const { queue } = definition
    const places = this.#placesOf(definition)
    if (places <= 0) return 0
    const jobs = await store.take(queue, places)
    if (jobs.length >= places) this.#full.add(queue)
    else this.#full.delete(queue)
    // Stopped meanwhile: nobody waits for what would begin now.
    if (this.#isStopping) {
      await store.giveBack(jobs)
      return 0
    }
    for (const job of jobs) {
      const controller = new AbortController()
      const ended = this.#run(definition, job, controller)
        .catch((err: unknown) => {
          app.log.error({ err, job: job.id }, 'How a job ended could not be written down')
        })
        .finally(() => {
          // Not a later taking of it, by this same worker, after this one was lost.
          if (this.#running.get(job.id) === running) this.#running.delete(job.id)
          if (this.#full.has(queue)) this.wake()
        })
      const running = { job, controller, ended }
      this.#running.set(job.id, running)
    }
    return jobs.length
  }

  async #run(definition: Definition, job: TakenJob, controller: AbortController): Promise<void> {
    const { app, finish } = this.#options
    const { queue, timeout, schema, handler } = definition
    const timer = setTimeout(() => controller.abort(new JobTimedOut(timeout)), timeout)
    const facts = Object.freeze({
      id: job.id,
      name: queue,
      key: job.key,
      attempt: job.failures + 1,
      sentAt: job.createdAt,
    })
    const workFor = (sender: JobSender | null): PartWork<void> => ({
      name: `job ${queue}`,
      auth: authOf(sender),
      source: sender?.source ?? 'cli',
      requestId: sender?.requestId ?? null,
      traceparent: sender?.traceparent ?? null,
      signal: controller.signal,
      run: async (call) => {
        const data = await validated(queue, schema, JSON.parse(job.data)).catch(outdated)
        // Validated for it just now.
        await handler(data as never, call, facts)
        if (!(await finish(call, job))) throw new JobLost()
      },
    })
    try {
      await performed(app, workFor(readSender(job.sender)))
      this.#options.count(queue, 'done')
    } catch (error) {
      await this.#failed(definition, job, error)
    } finally {
      clearTimeout(timer)
    }
  }

  async #failed({ queue, retries }: Definition, job: TakenJob, err: unknown): Promise<void> {
    const { store, app, count } = this.#options
    const about = { job: job.id, name: queue, attempt: job.failures + 1 }
    if (err instanceof JobLost) {
      app.log.warn(
        about,
        'A job was taken from its worker: what it did in the database is taken back',
      )
      return
    }
    if (err instanceof WorkerStops) {
      app.log.warn(about, 'A job did not end before shutdown, and was given back')
      await store.giveBack([job])
      return
    }
    const mayRetry = !(err instanceof NoRetry)
    await store.fail(job, failureText(err), mayRetry)
    if (mayRetry && job.failures < retries) {
      count(queue, 'failed')
      app.log.warn({ ...about, err }, 'A job failed, and is tried again')
    } else {
      count(queue, 'dead')
      app.log.error({ ...about, err }, 'A job failed for good; see trefoil jobs list --state dead')
    }
  }

  async #sweep(): Promise<void> {
    const { store, clock, keep, keepDead } = this.#options
    const elapsed = clock.elapsed()
    if (elapsed - this.#sweptAt < SWEEP) return
    this.#sweptAt = elapsed
    await store.sweep(clock.now() - keep, clock.now() - keepDead)
  }
}

/** Sent by an older app, whose schema was another: trying again does not help. */
function outdated(error: unknown): never {
  throw new NoRetry(error instanceof Error ? error.message : 'its schema threw no Error')
}

/** Times that work is begun anew which met another unit that changed the same. */
const MOST_CONFLICTS = 5

/** What met another unit has been taken back as a whole, and is no fault of its own: begun anew, it is no failure. */
async function performed(app: PartApp, work: PartWork<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await app.perform(work)
      return
    } catch (error) {
      if (!(error instanceof TransactionConflict) || tries === MOST_CONFLICTS) throw error
    }
  }
}
