import { createHash } from 'node:crypto'
import type { Clock } from '../../../base/clock.ts'
import { freezeClass } from '../../../base/plain/freeze-class.ts'
import type { Awaitable } from '../../../base/promise.ts'
import { processEnvironment } from '../../../contract/options/environment.ts'
import { readOptions } from '../../../contract/options/read-options.ts'
import type { PasswordFlow } from '../password-flow.ts'
import { BREACH_CHECKER, type BreachCheckerOptions, type UnknownBreach } from './breach-options.ts'
import { RangeService } from './range-service.ts'

/** Whether a password is known from a breach. `unknown`: nobody could be asked. */
export type BreachResult = 'clean' | 'breached' | 'unknown'

/** Says whether passwords are known from breaches: a `BreachChecker`, or one of your own. */
export interface BreachLookup {
  /** A throw is `unknown`. */
  check(password: string): Awaitable<BreachResult>
  /** What to do with `unknown`. Default `allow`. */
  onUnknown?(flow: PasswordFlow): UnknownBreach
}

/** What a {@link BreachChecker} has come to, since it was made. */
export interface BreachStatus {
  /** Questions that were answered. */
  readonly answered: number
  /** Questions that were not, or not in time. */
  readonly unanswered: number
  /** True while nobody is asked, because too many questions in a row were not answered. */
  readonly isPaused: boolean
}

/** Ranges that are remembered, never passwords: some 40 KB each. */
const MOST_RANGES = 128
/** Questions at the same time: whoever sends many passwords must not have us send as many. */
const MOST_ASKED = 16
/** Failures in a row after which nobody is asked, and for how many milliseconds. */
const FAILURES = 3
const PAUSE = 30_000
const PREFIX = 5

interface Range {
  readonly at: number
  readonly suffixes: string
}

/**
 * Asks the range API of Have I Been Pwned, or one like it: five characters of the SHA-1 leave the process,
 * and no header that names a call (PWD-5, SW-10).
 */
export class BreachChecker implements BreachLookup {
  readonly #service: RangeService
  readonly #clock: Clock
  readonly #cacheFor: number
  readonly #onUnknown: Readonly<Record<PasswordFlow, UnknownBreach>>
  readonly #ranges = new Map<string, Range>()
  readonly #asked = new Map<string, Promise<string | null>>()
  #failures = 0
  #pausedUntil = 0
  #answered = 0
  #unanswered = 0

  /** @throws ImproperlyConfigured naming the option or the variable */
  constructor(options: BreachCheckerOptions = {}) {
    const env = processEnvironment()
    const values = readOptions(BREACH_CHECKER, options, { env })
    this.#service = new RangeService(values.url, values.timeout)
    this.#clock = values.clock
    this.#cacheFor = values.cacheFor
    this.#onUnknown = values.onUnknown
    Object.freeze(this)
  }

  get status(): BreachStatus {
    return Object.freeze({
      answered: this.#answered,
      unanswered: this.#unanswered,
      isPaused: this.#clock.elapsed() < this.#pausedUntil,
    })
  }

  onUnknown(flow: PasswordFlow): UnknownBreach {
    return this.#onUnknown[flow]
  }

  /** Never throws for the service: within `timeout` there is a result. */
  async check(password: string): Promise<BreachResult> {
    const digest = createHash('sha1')
      .update(password.normalize('NFKC'), 'utf8')
      .digest('hex')
      .toUpperCase()
    const suffixes = await this.#rangeOf(digest.slice(0, PREFIX))
    if (suffixes === null) return 'unknown'
    return suffixes.includes(digest.slice(PREFIX)) ? 'breached' : 'clean'
  }

  async #rangeOf(prefix: string): Promise<string | null> {
    const now = this.#clock.elapsed()
    const known = this.#ranges.get(prefix)
    if (known !== undefined && now - known.at < this.#cacheFor) return known.suffixes
    // Those who ask for the same at the same time wait for one answer.
    const running = this.#asked.get(prefix)
    if (running !== undefined) return running
    if (now < this.#pausedUntil || this.#asked.size >= this.#mostAsked()) return null
    const asking = this.#ask(prefix).finally(() => this.#asked.delete(prefix))
    this.#asked.set(prefix, asking)
    return asking
  }

  /** After a pause one question finds out whether there are answers again: the others need not wait for nothing. */
  #mostAsked(): number {
    return this.#failures >= FAILURES ? 1 : MOST_ASKED
  }

  async #ask(prefix: string): Promise<string | null> {
    try {
      const suffixes = await this.#service.suffixesOf(prefix)
      this.#failures = 0
      this.#answered++
      this.#remember(prefix, suffixes)
      return suffixes
    } catch {
      this.#unanswered++
      if (++this.#failures >= FAILURES) this.#pausedUntil = this.#clock.elapsed() + PAUSE
      return null
    }
  }

  #remember(prefix: string, suffixes: string): void {
    this.#ranges.delete(prefix)
    this.#ranges.set(prefix, { at: this.#clock.elapsed(), suffixes })
    const [oldest] = this.#ranges.keys()
    if (this.#ranges.size > MOST_RANGES && oldest !== undefined) this.#ranges.delete(oldest)
  }

  toJSON(): object {
    return this.status
  }
}

freezeClass(BreachChecker)
