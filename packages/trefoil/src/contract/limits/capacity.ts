import type { Duration } from '../../base/duration.ts'

/** Whose calls are counted together: all of them, those of each caller, those of each tenant. */
export type ConcurrencyScope = 'everyone' | 'caller' | 'tenant'

/** `concurrency` of a group or an action, where a number alone says too little. */
export interface ConcurrencyOptions {
  /** Most calls that run at the same time; 0 only counts them. */
  readonly limit: number
  /**
   * Whose calls are counted together. A caller is issuer, subject and tenant, or the address of one
   * that nobody knows. Default `everyone`.
   */
  readonly per?: ConcurrencyScope
}

/** `breaker` of a group or an action. */
export interface BreakerOptions {
  /** Failures in a row that open the circuit. Default 5 (P-MWL-6). */
  readonly failures?: number
  /** How long it stays open before one call may try again. Default `60s` (P-MWL-6). */
  readonly cooldown?: Duration
}

/** A limit of an action, read. */
export interface ConcurrencyLimit {
  /** 0 for counting only. */
  readonly limit: number
  readonly per: ConcurrencyScope
}

/** A circuit breaker, read. */
export interface BreakerRule {
  readonly failures: number
  /** Milliseconds. */
  readonly cooldown: number
}

/** Calls of one action that ran at the same time. */
export interface ActionConcurrency {
  /** Calls that run now. */
  readonly active: number
  /** Calls that were let in since the app was made. */
  readonly total: number
  /** Most that ran at the same time. */
  readonly peak: number
  /** Calls that one of `limits` refused. */
  readonly refused: number
  readonly limits: readonly ConcurrencyLimit[]
}

/** What `app.concurrency()` answers: of this process, at this moment. Frozen. */
export interface ConcurrencyStats extends Omit<ActionConcurrency, 'limits'> {
  /** `limits.concurrency`; 0 counts only, `null` counts nothing here. */
  readonly limit: number | null
  /** Actions with `concurrency`, by name. */
  readonly actions: Readonly<Record<string, ActionConcurrency>>
}

/** `half-open`: the cooldown is over, and the next call, or one that is running, decides. */
export type CircuitState = 'closed' | 'open' | 'half-open'

/** One circuit breaker, as `app.circuits()` shows it. Frozen. */
export interface CircuitStats {
  readonly state: CircuitState
  /** Failures in a row, those that opened it included. */
  readonly failures: number
  /** How often it has opened since the app was made. */
  readonly opened: number
  /** Seconds until a call may try again; `null` while it is closed. */
  readonly retryAfter: number | null
}
