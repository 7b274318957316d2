import type { Clock } from '../../base/clock.ts'
import { startTimer } from '../../base/start-timer.ts'
import type { Logger } from '../../contract/call/logger.ts'
import { BackOff } from './back-off.ts'
import type { StartWorker, WorkerExit, WorkerListening, WorkerProgram } from './worker-processes.ts'

/** Milliseconds for a worker to import the app, run its start-up hooks and listen. */
const STARTING = 60_000
/** Milliseconds for a worker to end that was asked to while it started. */
const STOPPING = 20_000
/** Starts in a row that may fail while nobody serves. */
const MOST_FAILED_STARTS = 5

/** What a pool is made of. */
export interface PoolPlan {
  /** How many workers. */
  readonly count: number
  readonly start: StartWorker
  /** Port to listen on; 0 takes a free one, the same for all. */
  readonly port: number
  /** Words of the command for a worker. */
  args(port: number): readonly string[]
  /** Variables of a worker. */
  env(number: number): Readonly<Record<string, string>>
  readonly log: Logger
  readonly clock: Clock
}

/** How a pool ended: `failure` is a sentence where it was not asked to, or a worker did not end well. */
export interface PoolEnd {
  readonly exit: number
  readonly failure: string | null
}

/** One process in one place; the next process in that place is another of these. */
interface Run {
  readonly program: WorkerProgram
  /** What it listens on, and since when; `null` until it does. */
  serves: { readonly listening: WorkerListening; readonly since: number } | null
  /** It was asked to end: nobody takes its place. */
  isLeaving: boolean
}

interface Place {
  readonly number: number
  readonly backOff: BackOff
  run: Run | null
  /** What is bringing a worker here. */
  filling: Promise<unknown> | null
  /** A rolling restart is bringing another one. */
  isRenewed: boolean
  stopWaiting: () => void
}

/**
 * Several workers that serve one app. The first starts alone: what is wrong with the app is told once, and
 * what is done at the first start is done by one process. One that ends has another in its place.
 */
export class WorkerPool {
  readonly #plan: PoolPlan
  readonly #places: readonly Place[]
  readonly #runs = new Set<Run>()
  readonly #end = Promise.withResolvers<PoolEnd>()
  /** The port that all of them have; `null` until one listens. */
  #port: number | null = null
  /** Where the port was left to the system: nobody listens any more on the one that was chosen, so it has to be named. */
  #isNamed: boolean
  #failedStarts = 0
  #isStopping = false
  #isStarted = false
  #rolling: Promise<void> | null = null
  #rollsAgain = false

  constructor(plan: PoolPlan) {
    this.#plan = plan
    this.#isNamed = plan.port !== 0
    this.#places = Array.from({ length: plan.count }, (_, index) => ({
      number: index + 1,
      backOff: new BackOff(),
      run: null,
      filling: null,
      isRenewed: false,
      stopWaiting: () => undefined,
    }))
  }

  /** Settles when the last worker has ended. */
  get ended(): Promise<PoolEnd> {
    return this.#end.promise
  }

  /**
   * Starts the first worker, then the others.
   *
   * @returns where they listen, once each has listened or failed; `null` when the first could not start:
   *   the pool has ended
   */
  async start(): Promise<WorkerListening | null> {
    const [first, ...others] = this.#places
    if (first === undefined) throw new RangeError('a pool needs a worker')
    const run = await this.#launch(first)
    if (run?.serves === undefined || run.serves === null) {
      if (!this.#isStopping) await this.#failed(run)
      return null
    }
    await Promise.all(others.map((place) => this.#fill(place)))
    this.#isStarted = true
    return this.#isStopping ? null : run.serves.listening
  }

  /** Asks all workers to stop at once: none of them takes a connection, and what they have begun is ended. */
  stop(): void {
    if (this.#isStopping) return
    this.#isStopping = true
    for (const place of this.#places) place.stopWaiting()
    for (const run of this.#runs) this.#ask(run)
    void this.#allEnded()
  }

  /** New workers in the place of the old, one after the other; each of the old ends when its successor listens. */
  roll(): void {
    // Who is still being started has nothing old.
    if (!this.#isStarted) return
    // While one goes on, one more is enough for however many were asked for.
    this.#rollsAgain = this.#rolling !== null
    if (this.#rolling !== null || this.#isStopping) return
    this.#rolling = this.#rollAll().finally(() => {
      this.#rolling = null
      if (this.#rollsAgain) this.roll()
    })
  }

  async #rollAll(): Promise<void> {
    const { log } = this.#plan
    log.info({ workers: this.#places.length }, 'Restarting the workers, one after the other')
    for (const place of this.#places) {
      if (this.#isStopping) return
      place.isRenewed = true
      place.stopWaiting()
      // One that is just being started would be one too many.
      await place.filling
      const old = place.run
      const run = await this.#launch(place)
      place.isRenewed = false
      if (this.#isStopping) return
      if (run?.serves === undefined || run.serves === null) {
        log.error({ worker: place.number }, 'A new worker did not start: the restart is given up')
        if (place.run === null) void this.#fill(place)
        return
      }
      if (old === null || !this.#runs.has(old)) continue
      this.#ask(old)
      await old.program.exited
    }
    log.info({ workers: this.#places.length }, 'Restarted the workers')
  }

  /** Brings a worker to a place, however often that takes. */
  async #fill(place: Place): Promise<void> {
    const launched = this.#launch(place)
    place.filling = launched
    const run = await launched
    if (this.#isStopping || place.isRenewed) return
    if (run !== null && run.serves !== null) return
    this.#failedStarts += 1
    const serving = [...this.#runs].some(({ serves }) => serves !== null)
    if (!serving && this.#failedStarts >= MOST_FAILED_STARTS) {
      const times = `${MOST_FAILED_STARTS} times in a row`
      this.#giveUp(`No worker starts any more: it was tried ${times}, and nobody serves`)
      return
    }
    this.#later(place, null)
  }

  #later(place: Place, served: number | null): void {
    const ms = place.backOff.next(served)
    const { log } = this.#plan
    log.warn({ worker: place.number, ms }, 'Another worker is started in its place')
    place.stopWaiting = startTimer(ms, () => void this.#fill(place))
  }

  /** @returns the run, which listens or has ended; `null` where no process could be started */
  async #launch(place: Place): Promise<Run | null> {
    const { start, args, env, log, clock, port } = this.#plan
    if (this.#isStopping) return null
    const wanted = this.#isNamed ? (this.#port ?? port) : 0
    let program: WorkerProgram
    try {
      program = start(args(wanted), env(place.number))
    } catch (err) {
      log.error({ worker: place.number, err }, 'A worker could not be started')
      return null
    }
    const run: Run = { program, serves: null, isLeaving: false }
    this.#runs.add(run)
    const { pid } = program
    const exited = program.exited.then((exit) => this.#ended(place, run, exit))
    const stopTimer = startTimer(STARTING, () => {
      log.error({ worker: place.number, pid }, `A worker did not listen within ${STARTING} ms`)
      program.kill()
    })
    const listening = await Promise.race([program.listening, exited])
    stopTimer()
    if (listening === undefined) return run
    if (this.#port !== null && listening.port !== this.#port) {
      // The last of those that had the port ended while this one started.
      run.isLeaving = true
      program.kill()
      await exited
      return this.#launch(place)
    }
    this.#port = listening.port
    this.#failedStarts = 0
    run.serves = { listening, since: clock.elapsed() }
    place.run = run
    if (this.#isStarted) log.info({ worker: place.number, pid }, 'A worker listens')
    return run
  }

  #ended(place: Place, run: Run, { code, signal }: WorkerExit): undefined {
    const { log, clock } = this.#plan
    this.#runs.delete(run)
    if (place.run === run) place.run = null
    if (![...this.#runs].some(({ serves }) => serves !== null)) this.#isNamed = true
    if (this.#isStopping) return
    const { pid } = run.program
    // The first has said itself what is wrong.
    const isSaid = this.#port === null && code !== null && code !== 0
    if (!run.isLeaving && !isSaid)
      log.error({ worker: place.number, pid, code, signal }, 'A worker ended')
    // Who has not listened yet is waited for by whoever started it.
    if (run.isLeaving || run.serves === null || place.isRenewed) return
    this.#later(place, clock.elapsed() - run.serves.since)
  }

  #ask(run: Run): void {
    run.isLeaving = true
    const ms = run.serves?.listening.stopsWithin ?? STOPPING
    const stopTimer = startTimer(ms, () => {
      this.#plan.log.error({ pid: run.program.pid, ms }, 'A worker did not end in time')
      run.program.kill()
    })
    void run.program.exited.then(stopTimer)
    run.program.stop()
  }

  async #allEnded(): Promise<void> {
    const ends = [...this.#runs].map(async ({ program, serves }) => {
      const { code } = await program.exited
      // One that was still starting had nothing to end.
      return serves === null || code === 0
    })
    const bad = (await Promise.all(ends)).filter((isWell) => !isWell).length
    if (bad === 0) this.#finish(0, null)
    else this.#finish(1, `${bad} of ${ends.length} workers did not end well`)
  }

  /** The first of all did not come so far as to listen. */
  async #failed(run: Run | null): Promise<void> {
    const { code, signal } = (await run?.program.exited) ?? { code: null, signal: null }
    if (code !== null && code !== 0) this.#finish(code, null)
    else {
      const how = signal === null ? 'ended' : `was ended by ${signal}`
      this.#finish(1, `The first worker ${how} before it listened`)
    }
  }

  #giveUp(failure: string): void {
    this.#isStopping = true
    for (const place of this.#places) place.stopWaiting()
    for (const { program } of this.#runs) program.kill()
    this.#finish(1, failure)
  }

  #finish(exit: number, failure: string | null): void {
    this.#isStopping = true
    this.#end.resolve({ exit, failure })
  }
}
