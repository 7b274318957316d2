import type { Problem } from '../../../index.ts'
import type { PageTextName } from './texts/en.ts'

/** What a text says of this case. */
export type Places = Readonly<Record<string, string | number>>

/** Where somebody goes on who cannot go on here; each is a page. */
export type WayOut = 'check_mail' | 'forgot_password' | 'sign_in' | 'ask_again'

/** One sentence of the catalogue. */
export interface Sentence {
  readonly text: PageTextName
  readonly places?: Places
}

/** A problem of a form, as its page says it to the person in front of it. */
export interface PageFailure {
  readonly status: number
  /** Name of the field that it is about; `null` for the form as a whole. */
  readonly field: string | null
  readonly sentences: readonly Sentence[]
  readonly wayOut: WayOut | null
  /** Seconds until which it is in vain to try again; `null` where it is not. */
  readonly seconds: number | null
}

/** About which field it is, and in which words. */
interface Row {
  readonly text: PageTextName
  readonly field?: string
  readonly wayOut?: WayOut
}

/** A table and not the problem's own text: that is for programs, in English, and says what to send. */
const ROWS: Readonly<Record<string, Row>> = {
  login_bad_credentials: { text: 'p_wrong_password', field: 'current_password' },
  login_user_not_verified: { text: 'p_not_verified', wayOut: 'check_mail' },
  account_disabled: { text: 'p_disabled' },
  invalid_link: { text: 'p_invalid_link', wayOut: 'ask_again' },
  invalid_code: { text: 'p_invalid_code', field: 'code' },
  registration_closed: { text: 'p_registration_closed' },
  invalid_address: { text: 'p_invalid_address', field: 'email' },
  invalid_username: { text: 'p_invalid_username', field: 'username' },
  username_taken: { text: 'p_username_taken', field: 'username' },
  fresh_login_required: { text: 'p_fresh_login', wayOut: 'sign_in' },
  session_not_found: { text: 'p_session_gone' },
  client_credentials_required: { text: 'p_client' },
  invalid_client_credentials: { text: 'p_client' },
}

const BREACHED = 'breached_password'
const REASON = /^([a-z_]+)(?:\((\d+)\))?$/
const REASONS: Readonly<Record<string, PageTextName>> = {
  min_length: 'p_weak_min_length',
  missing_upper: 'p_weak_missing_upper',
  missing_lower: 'p_weak_missing_lower',
  missing_digit: 'p_weak_missing_digit',
  missing_symbol: 'p_weak_missing_symbol',
  common_password: 'p_weak_common_password',
  [BREACHED]: 'p_weak_breached_password',
  repetitive_password: 'p_weak_repetitive_password',
  contains_context: 'p_weak_contains_context',
  max_bytes: 'p_weak_max_bytes',
  malformed_text: 'p_weak_malformed_text',
}

/**
 * In words what a step refused. It says no more than the route does: the same problem, read from a table by its code.
 *
 * @param step name of the step whose form it was
 */
export function failureOf(problem: Problem, step: string): PageFailure {
  const { code, status } = problem
  const none = { status, field: null, wayOut: null, seconds: null }
  const seconds = secondsOf(problem)
  if (seconds !== null) {
    const text = code === 'account_locked' ? 'p_locked' : 'p_too_often'
    return { ...none, sentences: [{ text }], seconds, wayOut: wayOutOfLock(code, step) }
  }
  if (code === 'password_weak') {
    // The right one, at a login: it opens nothing any more, and there is none to choose here.
    if (step === 'login') {
      return { ...none, sentences: [{ text: 'p_breached_reset' }], wayOut: 'forgot_password' }
    }
    return { ...none, field: 'password', sentences: [{ text: 'p_weak' }, ...reasonsOf(problem)] }
  }
  if (code === 'login_bad_credentials' && step === 'login') {
    return { ...none, sentences: [{ text: 'p_bad_credentials' }] }
  }
  const row = Object.hasOwn(ROWS, code) ? ROWS[code] : undefined
  if (row === undefined) return { ...none, sentences: [{ text: 'p_other' }] }
  const { text, field = null, wayOut = null } = row
  return { ...none, field, sentences: [{ text }], wayOut }
}

/** A lock of the password is opened by the mailbox (LOCK-7). */
function wayOutOfLock(code: string, step: string): WayOut | null {
  return code === 'account_locked' && step === 'login' ? 'forgot_password' : null
}

function secondsOf({ status, headers }: Problem): number | null {
  if (status !== 429) return null
  const seconds = Number(headers?.['retry-after'])
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : 1
}

function reasonsOf({ details }: Problem): readonly Sentence[] {
  const reasons: unknown = details?.['reasons']
  if (!Array.isArray(reasons)) return []
  return reasons.flatMap((reason): Sentence[] => {
    const [, name = '', count] = REASON.exec(String(reason)) ?? []
    const text = Object.hasOwn(REASONS, name) ? REASONS[name] : undefined
    if (text === undefined) return []
    return [count === undefined ? { text } : { text, places: { count } }]
  })
}
