import { freezeClass } from '../../base/plain/freeze-class.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import type { ProblemOptions } from './problem.ts'
import {
  ImproperlyConfigured,
  isFailureStatus,
  KnownProblem,
  Problem,
  refuseAs,
} from './problem.ts'
import type { ProblemRow } from './problem-row.ts'
import { isProblemCode } from './problems.ts'

/** One expected failure of an application's or a part's own. */
export interface OwnProblemRow {
  /** HTTP status, 400 to 599. */
  readonly status: number
  /** What the caller reads when nothing more exact is known. */
  readonly text: string
  /** What to do about it. */
  readonly fix: string
  /** How an MCP `tools/call` shows it: `tool` is a result with `isError`, `http` the bare HTTP answer. Default `tool`. */
  readonly mcp?: 'tool' | 'http'
  /** Exit code of the `trefoil` program, 1 to 125. Default 1. */
  readonly exit?: number
}

/** A table of expected failures, beside the built-in one. */
export interface ProblemSet<Code extends string = string> {
  /** Who it belongs to, for messages. */
  readonly name: string
  /** The rows by code, complete and frozen. */
  readonly rows: Readonly<Record<Code, ProblemRow>>
  /**
   * One failure of this table, to be thrown or returned: `throw shop.problem('order_locked')`. It has
   * no stack trace, and nothing of it can be changed.
   */
  problem(code: Code, options?: ProblemOptions): Problem<Code>
  /** True for a problem of this table. Runs no foreign code. */
  is(value: unknown): value is Problem<Code>
}

const ROW: OptionNames<OwnProblemRow> = {
  status: true,
  text: true,
  fix: true,
  mcp: true,
  exit: true,
}

/** Of one case: `order_locked`, or `MFA_REQUIRED` for what other systems know by that. */
const CODE = /^(?:[a-z][a-z0-9_]{0,63}|[A-Z][A-Z0-9_]{0,63})$/

/**
 * Makes a table of expected failures. They look and are recorded like the built-in ones on every
 * surface. Put the table into a part (`problems`), so that the app knows its codes: they are then in
 * the documentation, and no other part can have the same.
 *
 * @param name who it belongs to: the name of the part
 * @param rows by code in snake_case, of small or of capital letters alone; a code is never reused for something else
 * @throws ImproperlyConfigured naming the row and what to write
 */
export function defineProblems<const Code extends string>(
  name: string,
  rows: Readonly<Record<Code, OwnProblemRow>>,
): ProblemSet<Code> {
  if (typeof name !== 'string' || name === '') {
    throw new ImproperlyConfigured("defineProblems() takes a name, such as 'accounts', and rows")
  }
  if (!isRecord(rows)) {
    throw new ImproperlyConfigured(`defineProblems('${name}') takes an object of rows by code`)
  }
  const known = new Map<string, KnownProblem<Code>>()
  for (const [code, row] of Object.entries(rows)) {
    known.set(code, new KnownProblem(code as Code, readRow(name, code, row)))
  }
  return new DefinedProblems(name, known)
}

/** True for what {@link defineProblems} returned. */
export function isProblemSet(value: unknown): value is ProblemSet {
  return DefinedProblems.is(value)
}

function readRow(name: string, code: string, given: unknown): ProblemRow {
  const where = `defineProblems('${name}'): '${code}'`
  const wrong = (what: string) => new ImproperlyConfigured(`${where} ${what}`)
  if (!CODE.test(code)) throw wrong('is no code; use snake_case, at most 64 of a-z 0-9 _')
  if (isProblemCode(code)) throw wrong('is a code of the built-in table; choose another')
  if (!isRecord(given)) throw wrong('must be a row such as { status: 409, text, fix }')
  checkOptionNames(where, given, ROW)
  // Read once: a getter could pass the check and then say something else.
  const { status, text, fix, mcp = 'tool', exit = 1 } = given
  if (typeof status !== 'number' || !isFailureStatus(status)) {
    throw wrong('needs a status from 400 to 599')
  }
  if (!isText(text)) throw wrong('needs a text: what the caller reads')
  if (!isText(fix)) throw wrong('needs a fix: what the caller can do about it')
  if (mcp !== 'tool' && mcp !== 'http') throw wrong("has mcp that is neither 'tool' nor 'http'")
  if (typeof exit !== 'number' || !Number.isInteger(exit) || exit < 1 || exit > 125) {
    throw wrong('has an exit code that is no integer from 1 to 125')
  }
  return Object.freeze({ status, mcp, exit, text, fix })
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== ''
}

class DefinedProblems<Code extends string> implements ProblemSet<Code> {
  readonly name: string
  readonly rows: Readonly<Record<Code, ProblemRow>>
  readonly #known: ReadonlyMap<string, KnownProblem<Code>>

  constructor(name: string, known: ReadonlyMap<string, KnownProblem<Code>>) {
    this.name = name
    this.#known = known
    const rows = [...known.values()].map(({ code, row }) => [code, row] as const)
    // The keys are the codes of the map, no more and no fewer.
    this.rows = Object.freeze(Object.fromEntries(rows)) as Record<Code, ProblemRow>
    Object.freeze(this)
  }

  static is(value: unknown): value is DefinedProblems<string> {
    return typeof value === 'object' && value !== null && #known in value
  }

  problem(code: Code, options?: ProblemOptions): Problem<Code> {
    const known = this.#known.get(code)
    if (known !== undefined) return refuseAs(known, options)
    throw new TypeError(
      `defineProblems('${this.name}') has no such code; it has ${[...this.#known.keys()].join(', ')}`,
    )
  }

  is(value: unknown): value is Problem<Code> {
    if (!Problem.is(value)) return false
    const { code, row } = Problem.knownOf(value)
    return this.#known.get(code)?.row === row
  }
}

freezeClass(DefinedProblems)
