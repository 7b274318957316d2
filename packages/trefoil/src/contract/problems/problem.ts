import { deepFreeze } from '../../base/plain/freeze.ts'
import { freezeClass } from '../../base/plain/freeze-class.ts'
import { unknownName } from '../../base/unknown-name.ts'
import type { RefusalCode } from '../auth/refusal-code.ts'
import { valueKind } from '../options/value-kind.ts'
import type { ProblemRow } from './problem-row.ts'
import { isProblemCode, PROBLEMS, type ProblemCode } from './problems.ts'
import { reasonPhrase } from './reason-phrases.ts'

/** One thing wrong with one argument. */
export interface Issue {
  /** Where it was sent: `path`, `query`, `header`, `cookie`, `body`, `form`, `file`, `argument`. */
  readonly source: string
  /** Name on the wire; empty for a whole body, or a malformed query string or form. */
  readonly name: string
  /**
   * JSON Pointer (RFC 6901) into the document the argument travelled in: the JSON body, or the
   * arguments an agent sent. Of a list sent as text, into the list. Empty for the value itself.
   */
  readonly pointer: string
  readonly message: string
}

/** What a problem says beyond its code. Everything here is shown to the caller, except `cause`. */
export interface ProblemOptions {
  /** Public text; default: the row's text. */
  readonly detail?: string | undefined
  /** Public advice; default: the row's fix. */
  readonly fix?: string | undefined
  /** HTTP status; default: the row's. */
  readonly status?: number | undefined
  /** Wrong arguments, all of them. */
  readonly issues?: readonly Issue[] | undefined
  /** Response headers, lower-case names. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** More public members, snake_case, such as `arguments_hash`. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  /** The reason, for the log only. */
  readonly cause?: unknown
}

/** A code and its row: of the built-in table, or of one that `defineProblems()` made. */
export class KnownProblem<Code extends string = string> {
  readonly code: Code
  readonly row: ProblemRow

  constructor(code: Code, row: ProblemRow) {
    this.code = code
    this.row = row
    Object.freeze(this)
  }
}

type Names<Options> = Readonly<Record<keyof Required<Options>, true>>

const CASE_OPTIONS: Names<Omit<ProblemOptions, 'detail' | 'status'>> = {
  fix: true,
  issues: true,
  headers: true,
  details: true,
  cause: true,
}
const REFUSAL_OPTIONS: Names<AuthenticationErrorOptions> = { ...CASE_OPTIONS, refusal: true }
const PROBLEM_OPTIONS: Names<ProblemOptions> = { ...CASE_OPTIONS, detail: true, status: true }

/** A misspelt `detail` would leave out what the caller was to be told (FND-13). */
function checkNames(where: string, options: object, known: Readonly<Record<string, true>>): void {
  if (typeof options !== 'object' || options === null) {
    throw new ImproperlyConfigured(`${where}: options must be an object`)
  }
  const unknown = unknownName(options, known)
  if (unknown !== null) throw new ImproperlyConfigured(`${where}: ${unknown}`)
}

/**
 * An expected failure: a row of the problem table plus what is known about this case.
 * Thrown or returned anywhere in a call, it is recorded and encoded like a result. Problems with
 * codes of an application's or a part's own are made by `defineProblems()`.
 */
export class Problem<Code extends string = string> extends Error {
  readonly #known: KnownProblem
  override readonly name: string = 'Problem'
  readonly code: Code
  /** An application's own code, shown instead of {@link Problem.code} (HttpError only). */
  readonly publicCode: string
  readonly status: number
  readonly detail: string
  readonly fix: string
  readonly issues: readonly Issue[] | undefined
  readonly headers: Readonly<Record<string, string>> | undefined
  readonly details: Readonly<Record<string, unknown>> | undefined

  /** @throws TypeError for a code that is not in the built-in table */
  constructor(code: Code & ProblemCode, options: ProblemOptions = {}, publicCode?: string) {
    checkNames('Problem', options, PROBLEM_OPTIONS)
    const known = knownProblem(code)
    const { row } = known
    const detail = options.detail ?? row.text
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.#known = known
    // Of the table, or the code of the set that made it.
    this.code = known.code as Code
    this.publicCode = publicCode ?? known.code
    this.status = options.status ?? row.status
    this.detail = detail
    this.fix = options.fix ?? row.fix
    this.issues = options.issues
    this.headers = options.headers
    this.details = options.details
  }

  /**
   * True for an instance. Unlike `instanceof` it runs no foreign code, and takes neither a proxy nor
   * an object that only inherits from the class for one.
   */
  static is(value: unknown): value is Problem {
    return typeof value === 'object' && value !== null && #known in value
  }

  /**
   * How a problem looks on each surface. Its code may have been assigned by the code of the app: one
   * of the built-in table then stands for its row there.
   *
   * @throws TypeError for a code that is in no table
   */
  static rowOf(problem: Problem): ProblemRow {
    return Problem.knownOf(problem).row
  }

  /** As {@link Problem.rowOf}, with the code, which is read once. */
  static knownOf(problem: Problem): KnownProblem {
    const { code } = problem
    return problem.#known.code === code ? problem.#known : knownProblem(code)
  }
}

/** Of the built-in table; one of another table comes as what it is known by. */
function knownProblem(code: unknown): KnownProblem {
  if (code instanceof KnownProblem) return code
  if (isProblemCode(code)) return BUILT_IN[code]
  throw new TypeError(
    'A Problem takes a code of the built-in table; make problems with codes of your own with defineProblems()',
  )
}

const BUILT_IN: Readonly<Record<ProblemCode, KnownProblem>> = Object.fromEntries(
  Object.entries(PROBLEMS).map(([code, row]) => [code, new KnownProblem(code, row)]),
) as Record<ProblemCode, KnownProblem>

/** Of what else no answer could be written, or one that says it went well. */
export function isFailureStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status <= 599
}

/** Options of {@link HttpError}. */
export interface HttpErrorOptions extends Omit<ProblemOptions, 'detail' | 'status'> {
  /** The application's own problem code; default `http_error`. */
  readonly code?: string
}

const HTTP_ERROR_OPTIONS: Names<HttpErrorOptions> = { ...CASE_OPTIONS, code: true }

/**
 * The way a handler answers with a chosen status: `throw new HttpError(404, 'Order not found')`.
 *
 * @param status default 500 (MW-11)
 * @param detail public; default: the reason phrase of the status, such as `Not Found`
 * @throws RangeError when `status` is not an integer from 400 to 599
 * @throws ImproperlyConfigured for an unknown option
 */
export class HttpError extends Problem<'http_error'> {
  override readonly name: string = 'HttpError'

  constructor(status = 500, detail?: string, options: HttpErrorOptions = {}) {
    if (!isFailureStatus(status)) {
      const given = typeof status === 'number' ? String(status) : valueKind(status)
      const hint = typeof status === 'number' ? '' : "; write new HttpError(404, 'Order not found')"
      throw new RangeError(
        `HttpError status must be an integer from 400 to 599, got ${given}${hint}`,
      )
    }
    checkNames('HttpError', options, HTTP_ERROR_OPTIONS)
    const { code, ...rest } = options
    super('http_error', { ...rest, detail: detail || reasonPhrase(status), status }, code)
  }
}

/** Options of {@link AuthenticationError}. */
export interface AuthenticationErrorOptions extends Omit<ProblemOptions, 'detail' | 'status'> {
  /** Code of what is wrong, for records and the log: `expired`, say. Default `refused`. */
  readonly refusal?: RefusalCode | (string & {})
}

/**
 * A credential was present but is bad. Thrown by an authenticator, or by what it calls; `reason`
 * becomes the public `error_description` of the 401. An authenticator may return a `refusal()`
 * instead, which costs less. For "no credential of mine", it returns `null`.
 */
export class AuthenticationError extends Problem<'AUTHENTICATION_ERROR'> {
  override readonly name: string = 'AuthenticationError'
  /** Why the credential was refused, safe to show. */
  readonly reason: string
  /** Code of why, for records and the log. */
  readonly refusal: string

  constructor(reason: string, options: AuthenticationErrorOptions = {}) {
    checkNames('AuthenticationError', options, REFUSAL_OPTIONS)
    const { refusal = 'refused', ...rest } = options
    super('AUTHENTICATION_ERROR', rest)
    this.reason = reason
    this.refusal = refusal
  }
}

freezeClass(KnownProblem, Problem, HttpError, AuthenticationError)

/**
 * A problem the framework itself makes, without a stack trace: refusals are frequent (a flood
 * of bad tokens, say) and the trace would only ever show this framework. Locked: dependencies and
 * listeners of `call.signal` are told with the very object that is written afterwards, and a 403
 * must not leave as whatever they make of it.
 */
export function refuse<Code extends ProblemCode>(
  code: Code,
  options?: ProblemOptions,
  publicCode?: string,
): Problem<Code> {
  return refuseAs(BUILT_IN[code] as KnownProblem<Code>, options, publicCode)
}

/** As {@link refuse}, for a row of any table. */
export function refuseAs<Code extends string>(
  known: KnownProblem<Code>,
  options?: ProblemOptions,
  publicCode?: string,
): Problem<Code> {
  // The constructor's type is for users, who have no rows of ours.
  const code = known as unknown as Code & ProblemCode
  const problem = withoutStack(() => new Problem<Code>(code, options, publicCode))
  if (options !== undefined) {
    deepFreeze(problem.details)
    deepFreeze(problem.issues)
    deepFreeze(problem.headers)
  }
  // Not frozen: loggers put a mark on an error while they write it.
  Object.defineProperties(problem, LOCKED)
  refusals.add(problem)
  return problem
}

const refusals = new WeakSet<Problem>()

const SAID = [
  'name',
  'code',
  'publicCode',
  'status',
  'detail',
  'fix',
  'issues',
  'headers',
  'details',
]
const LOCKED: PropertyDescriptorMap = Object.fromEntries(
  SAID.map((name) => [name, { writable: false, configurable: false }]),
)

/** True for a problem the framework made, which nobody has been able to change. */
export function isRefusal(problem: Problem): boolean {
  return refusals.has(problem)
}

const sharedRefusals = new WeakSet<Problem>()

/** Marks a refusal that is made once and given to many: what is written of it can be kept. */
export function shared<Code extends string>(refusal: Problem<Code>): Problem<Code> {
  if (refusals.has(refusal)) sharedRefusals.add(refusal)
  return refusal
}

/** True for a refusal that many calls are answered with. */
export function isShared(problem: Problem): boolean {
  return sharedRefusals.has(problem)
}

/** The limit is the whole process's, and put back whatever happens: a code that is none throws. */
function withoutStack<Made>(make: () => Made): Made {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = limit
  }
}

/**
 * A mistake in how the application is put together, thrown while it starts. Meant for the
 * developer: names the file, route, option or parameter.
 */
export class ImproperlyConfigured extends Error {
  override readonly name = 'ImproperlyConfigured'
}
