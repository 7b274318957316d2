import { systemClock } from '../base/clock.ts'
import { startTimer } from '../base/start-timer.ts'
import { type Problem, refuse } from '../contract/problems/problem.ts'
import type { StopSignal } from './terminal/stop-signals.ts'

/**
 * How long a command may go on: until a signal asks the program to stop, or `--timeout` is over. One
 * for the whole command, so that no part of it (importing the app, its hooks, a remote that drips)
 * can use up more than the user allowed.
 */
export class CommandTime {
  readonly #controller = new AbortController()
  #stopTimer: (() => void) | null = null
  /** What the clock ends with, and when, by `systemClock.elapsed()`; `null` where nothing ends it. */
  #limit: { readonly until: number; readonly over: Problem } | null = null

  /** Aborted with a `Problem` that says why the command ends early. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The problem, once the command has to end early. */
  get ended(): Problem | null {
    // Nobody but this class aborts it.
    return this.signal.aborted ? (this.signal.reason as Problem) : null
  }

  /** A signal came. */
  interrupt(signal: StopSignal): void {
    this.#end(refuse(signal === 'SIGINT' ? 'cli_interrupted' : 'cli_terminated'))
  }

  /**
   * Starts the clock.
   *
   * @param ms milliseconds from now; `undefined` for any time
   */
  limit(ms: number | undefined): void {
    this.#stopTimer?.()
    this.#limit = null
    if (ms === undefined) return
    const over = refuse('cli_timeout', { detail: `The command took longer than ${ms} ms` })
    this.#start(ms, over)
  }

  /**
   * Waits for a person, whose time is not the command's: the clock stands still. A signal ends it all the same.
   *
   * @throws Problem why the command ends
   */
  async standingStill<Value>(work: Promise<Value>): Promise<Value> {
    const limit = this.#limit
    const left = limit === null ? 0 : limit.until - systemClock.elapsed()
    this.#stopTimer?.()
    try {
      return await this.within(work)
    } finally {
      if (limit !== null && this.ended === null) this.#start(Math.max(1, left), limit.over)
    }
  }

  /** Calls back once when the command has to end; returns how to stop listening. */
  onEnd(listener: () => void): () => void {
    if (this.signal.aborted) listener()
    this.signal.addEventListener('abort', listener, { once: true })
    return () => this.signal.removeEventListener('abort', listener)
  }

  /**
   * What the work comes to, unless the command has to end before. Work that was left goes on by
   * itself, and nobody hears of its failure.
   *
   * @throws Problem why the command ends
   */
  async within<Value>(work: Promise<Value>): Promise<Value> {
    const over = Promise.withResolvers<never>()
    const forget = this.onEnd(() => over.reject(this.signal.reason))
    try {
      return await Promise.race([work, over.promise])
    } finally {
      forget()
    }
  }

  /**
   * What work comes to that hears of the end by itself: once the command has to end, it has so long to say what
   * it did (FND-22). Work that fails then was broken off.
   *
   * @throws Problem why the command ends
   */
  async lastWords<Value>(work: Promise<Value>, ms: number): Promise<Value> {
    const over = work.then(
      () => undefined,
      () => undefined,
    )
    if (!(await this.closing(over, ms))) throw this.signal.reason
    try {
      return await work
    } catch (error) {
      throw this.ended ?? error
    }
  }

  /**
   * Waits for the work, but once the command has to end only for so long.
   *
   * @returns false when there was no more time
   */
  async closing(work: Promise<unknown>, ms: number): Promise<boolean> {
    const late = Promise.withResolvers<boolean>()
    let stopTimer: () => void = () => undefined
    const forget = this.onEnd(() => {
      stopTimer = startTimer(ms, () => late.resolve(false))
    })
    try {
      return await Promise.race([work.then(() => true), late.promise])
    } finally {
      forget()
      stopTimer()
    }
  }

  /** The command is over. */
  done(): void {
    this.#stopTimer?.()
  }

  #start(ms: number, over: Problem): void {
    this.#limit = { until: systemClock.elapsed() + ms, over }
    this.#stopTimer = startTimer(ms, () => this.#end(over))
  }

  #end(problem: Problem): void {
    this.#controller.abort(problem)
  }
}
