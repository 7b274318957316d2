import { freezeClass } from '../../base/plain/freeze-class.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { isScope, SCOPE_RULE } from './scope.ts'

/** What a guard answers, in one piece. */
export type GuardDecision = Allowed | Denied

/** Lets the call pass. */
export interface Allowed {
  readonly allow: true
}

/** Ends the call with `ACCESS_DENIED`. */
export interface Denied {
  readonly deny: true
  /** Shown to the caller, who is authenticated. */
  readonly text: string
  /** Scopes with which it would pass: a client is told to ask for a token that has them. */
  readonly scopes?: readonly string[]
}

/** The decision that lets a call pass; one for all. */
export const ALLOWED: Allowed = Object.freeze({ allow: true })

/** Options of {@link deny}. */
export interface DenyOptions {
  /** Scopes with which the call would pass; only where another token would help. */
  readonly scopes?: readonly string[]
}

/** What a caller who is known is asked to show once more (RFC 9470). */
export interface AuthenticationAsk {
  /** Shown to the caller. */
  readonly text: string
  /** Seconds that a login may be old. */
  readonly maxAge: number
  /** By one of these; empty for any. */
  readonly methods: readonly string[]
}

/** A denial as {@link deny} makes it. Frozen. */
export class Denial implements Denied {
  readonly #isFault: boolean
  readonly #isHidden: boolean
  readonly #asks: AuthenticationAsk | null
  readonly deny: true = true
  readonly text: string
  readonly scopes?: readonly string[]

  constructor(
    text: string,
    scopes: readonly string[] | undefined,
    isFault: boolean,
    isHidden = false,
    asks: AuthenticationAsk | null = null,
  ) {
    this.#isFault = isFault
    this.#isHidden = isHidden
    this.#asks = asks
    this.text = text
    if (scopes !== undefined) this.scopes = Object.freeze([...scopes])
    Object.freeze(this)
  }

  /** True for an instance; false for anything that only looks like one. */
  static is(value: unknown): value is Denial {
    return typeof value === 'object' && value !== null && #isFault in value
  }

  /**
   * True for a denial that nobody decided: the guard failed, or gave no decision. Its opposite denies
   * too, or a guard that crashes would let everybody pass `not()`.
   */
  static isFault(value: GuardDecision): boolean {
    return Denial.is(value) && value.#isFault
  }

  /**
   * True for a denial that must look as if there were nothing: a caller who is told "forbidden" about a
   * row of another tenant knows that it exists (AUTHZ-8).
   */
  static isHidden(value: GuardDecision): boolean {
    return Denial.is(value) && value.#isHidden
  }

  /** What the caller has to show once more, for a denial that this would end; `null` for every other. */
  static asks(value: GuardDecision): AuthenticationAsk | null {
    return Denial.is(value) ? value.#asks : null
  }
}

freezeClass(Denial)

/** A denial that is a 401: the caller is known, and has not shown lately enough, or well enough, who they are. */
export function askToAuthenticate(asks: AuthenticationAsk): Denied {
  return new Denial(asks.text, undefined, false, false, Object.freeze({ ...asks }))
}

const OPTIONS: OptionNames<DenyOptions> = { scopes: true }

/**
 * A guard's denial in words of its own: `check: (auth) => owns(auth) || deny('Not yours')`.
 *
 * @param text shown to the caller
 * @throws TypeError for a text or scopes that are none
 */
export function deny(text: string, options: DenyOptions = {}): Denied {
  checkOptionNames('deny()', options, OPTIONS)
  const { scopes } = options
  if (typeof text !== 'string' || text === '') throw new TypeError('deny() takes non-empty text')
  if (scopes !== undefined && !isScopeList(scopes)) {
    throw new TypeError(`deny(): scopes must be a list of scopes: each ${SCOPE_RULE}`)
  }
  return new Denial(text, scopes, false)
}

/** True for a list of scopes that a challenge can name. */
export function isScopeList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every(isScope)
}
