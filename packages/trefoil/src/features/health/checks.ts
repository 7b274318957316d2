import type { Awaitable, Clock } from '../../index.ts'
import { kinds, type OptionGroup, REQUIRED, readOptions, type Values } from '../../parts.ts'

/**
 * Says that something the app needs is there: returns when it is, throws when it is not.
 *
 * @param signal aborted when the time of the check is up
 */
export type HealthCheck = (signal: AbortSignal) => Awaitable<unknown>

/** A check with what is particular about it. */
export interface HealthCheckOptions {
  readonly check: HealthCheck
  /** Time that it has. Default `timeout` of `health()`. */
  readonly timeout?: string
  /** False for what the app can do without: it is told of, and the app is well all the same. Default true. */
  readonly required?: boolean
}

/** The rows of {@link HealthCheckOptions}. */
const CHECK: OptionGroup<
  HealthCheckOptions,
  Values<HealthCheckOptions, { timeout: number | null }>
> = {
  name: 'health(): checks',
  prefix: 'TREFOIL_HEALTH',
  rows: {
    check: {
      read: kinds.callable<HealthCheck>(),
      default: REQUIRED,
      doc: 'Returns when it is there, throws when it is not.',
    },
    timeout: {
      read: kinds.orNull(kinds.duration),
      default: null,
      shown: '`timeout` of `health()`',
      doc: 'Time that it has.',
    },
    required: {
      read: kinds.flag,
      default: true,
      doc: 'False for what the app can do without: it is told of, and the app is well all the same.',
    },
  },
}

/** A check that has been read. */
interface NamedCheck {
  readonly name: string
  readonly check: HealthCheck
  /** Milliseconds. */
  readonly timeout: number
  readonly required: boolean
}

/** How the checks went. */
export interface HealthReport {
  /** True when every required one passed. */
  readonly ok: boolean
  readonly checks: Readonly<Record<string, 'ok' | 'failed'>>
  /** What they threw, by name. */
  readonly errors: ReadonlyMap<string, unknown>
}

/** What is wrong with an entry of `checks`; `null` for nothing. */
export function wrongCheck(name: string, value: unknown): string | null {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name)) return 'is no name in snake_case'
  if (typeof value === 'function') return null
  const check: unknown = Object(value).check
  return typeof check === 'function' ? null : 'must be a function, or { check: … } with one'
}

/** @throws ImproperlyConfigured naming the check and what to write */
export function readChecks(
  given: Readonly<Record<string, HealthCheck | HealthCheckOptions>>,
  timeout: number,
): readonly NamedCheck[] {
  return Object.entries(given).map(([name, one]) => {
    if (typeof one === 'function') return { name, check: one, timeout, required: true }
    const {
      check,
      timeout: own,
      required,
    } = readOptions({ ...CHECK, name: `health(): checks: '${name}'` }, one)
    // As the method it is: it may look at its object.
    const bound: HealthCheck = (signal) => Reflect.apply(check, one, [signal])
    return { name, check: bound, timeout: own ?? timeout, required }
  })
}

/** Milliseconds for which a report is given again: strangers must not ask the database as often as they like. */
const KEPT = 1000

/**
 * Asks the checks, all at once, at most once a second; who asks meanwhile is given the same report. One
 * that has not ended is not asked again: a hundred that hang would be the next outage.
 */
export class Checks {
  readonly #checks: readonly NamedCheck[]
  readonly #clock: Clock
  readonly #hanging = new Set<string>()
  #last: { readonly at: number; readonly report: Promise<HealthReport> } | null = null

  constructor(checks: readonly NamedCheck[], clock: Clock) {
    this.#checks = checks
    this.#clock = clock
  }

  /** @param told called with each new report, before anybody has it */
  report(told: (report: HealthReport) => void): Promise<HealthReport> {
    const now = this.#clock.elapsed()
    if (this.#last !== null && now - this.#last.at < KEPT) return this.#last.report
    const report = this.ask().then((made) => {
      // Counted from its end: a check that takes two seconds would never be kept.
      if (this.#last?.report === report) this.#last = { at: this.#clock.elapsed(), report }
      told(made)
      return made
    })
    this.#last = { at: Number.POSITIVE_INFINITY, report }
    return report
  }

  /** Asks now. Never rejects. */
  async ask(): Promise<HealthReport> {
    const errors = new Map<string, unknown>()
    let ok = true
    const asked = this.#checks.map(async (one) => {
      try {
        await this.#run(one)
        return [one.name, 'ok'] as const
      } catch (error) {
        errors.set(one.name, error)
        if (one.required) ok = false
        return [one.name, 'failed'] as const
      }
    })
    const checks = Object.fromEntries(await Promise.all(asked))
    return { ok, checks, errors }
  }

  async #run({ name, check, timeout }: NamedCheck): Promise<void> {
    if (this.#hanging.has(name)) throw new Error('has not ended since it was last asked')
    const late = new AbortController()
    const { promise, reject } = Promise.withResolvers<never>()
    const timer = setTimeout(() => {
      const error = new Error(`took longer than ${timeout} ms`)
      reject(error)
      late.abort(error)
    }, timeout)
    this.#hanging.add(name)
    const done = (async () => check(late.signal))()
    const over = () => void this.#hanging.delete(name)
    done.then(over, over)
    try {
      await Promise.race([done, promise])
    } finally {
      clearTimeout(timer)
    }
  }
}

/** Why each failed, in the words of its error. */
export function reasonsOf({ errors }: HealthReport): Record<string, string> {
  return Object.fromEntries(
    [...errors].map(([name, error]) => [name, error instanceof Error ? error.message : 'failed']),
  )
}
