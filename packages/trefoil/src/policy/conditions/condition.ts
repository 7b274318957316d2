import { deepFreeze } from '../../base/plain/freeze.ts'
import { freezeClass } from '../../base/plain/freeze-class.ts'
import { plainCopy } from '../../base/plain/plain-copy.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { requireText, shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { Truth } from './compare.ts'
import { type ConditionReasons, explainRule } from './explain-rule.ts'
import { filterRule, rowFilter } from './filter-rule.ts'
import { judge, readCase } from './judge.ts'
import { columnsOf, readColumns, readWhere } from './read-where.ts'
import type { RowFilter } from './row-filter.ts'
import type { Rule } from './rule.ts'
import type { Columns, RowOf, Where } from './where.ts'

/** Options of {@link condition}. */
export interface ConditionOptions<C extends Columns = Columns> {
  /** The columns it looks at, and what they hold: what the tables say, or the query says something else. */
  readonly columns: C
  /** What must be true of a row. */
  readonly where: Where<C>
}

const OPTIONS: OptionNames<ConditionOptions> = { columns: true, where: true }

/** Which rows a caller may see, known without one. No boolean, or "some" would be taken for "this one". */
export type Reach = 'all' | 'none' | 'maybe'

/** Only {@link condition} has it. */
const MAKE: unique symbol = Symbol('condition')

/** What a condition comes to, all three values. For policies: no door leads here. */
export let truthOf: (condition: Condition, auth: AuthContext, row: object) => Truth

/** One condition, as a check of one row and as part of a query. Made with {@link condition}. Frozen. */
export class Condition<Row extends object = object> {
  readonly #rule: Rule
  readonly #names: readonly string[]
  readonly columns: Columns
  /** What it was made of, as data. */
  readonly where: Where

  static {
    truthOf = (condition, auth, row) =>
      judge(condition.#rule, readCase(condition.#names, auth, row))
  }

  constructor(key: typeof MAKE, options: { columns: unknown; where: unknown }) {
    if (key !== MAKE) throw new ImproperlyConfigured('A condition is made with condition({ … })')
    const columns = readColumns(options.columns)
    // Read from the copy, so that what is shown is what is judged.
    const where = copyOf(options.where)
    this.#rule = readWhere(columns, where)
    this.#names = Object.freeze([...columns.keys()])
    this.columns = columnsOf(columns)
    // `readWhere` took it, so it is one.
    this.where = where as Where
    Object.freeze(this)
  }

  /** True for an instance; false for anything that only looks like one. */
  static is(value: unknown): value is Condition {
    return typeof value === 'object' && value !== null && #rule in value
  }

  /**
   * True where the condition is true of the row; false where it is not, or cannot be told.
   *
   * @param auth who asks; `null` for nobody, to whom nothing of a caller's compares
   * @throws TypeError for a caller that is no `AuthContext`, and a row that is no object
   */
  check(auth: AuthContext | null, row: Row): boolean {
    return judge(this.#rule, readCase(this.#names, callerOf(auth), rowOf(row))) === true
  }

  /**
   * The rows that {@link check} is true of, for `where()` of a query of Kysely's.
   *
   * @param table in front of the columns, where several have such a column
   * @throws TypeError for a caller that is no `AuthContext`, and a table that is no name
   */
  filter(auth: AuthContext | null, table?: string): RowFilter {
    if (table !== undefined && (typeof table !== 'string' || table === '')) {
      throw new TypeError('filter() takes the name of a table')
    }
    return rowFilter(filterRule(this.#rule, callerOf(auth), table ?? null))
  }

  /**
   * What can be said before there is a row: the caller sees all, none, or it depends on the row
   * (AUTHZ-4). For menus and messages; it lets nobody see anything.
   *
   * @throws TypeError for a caller that is no `AuthContext`
   */
  reach(auth: AuthContext | null): Reach {
    const filtered = filterRule(this.#rule, callerOf(auth), null)
    if (typeof filtered !== 'boolean') return 'maybe'
    return filtered ? 'all' : 'none'
  }

  /**
   * Which rules settled it. For developers and records: it says what the rules are.
   *
   * @throws TypeError as {@link check} does
   */
  explain(auth: AuthContext | null, row: Row): ConditionReasons {
    return explainRule(this.#rule, readCase(this.#names, callerOf(auth), rowOf(row)))
  }
}

freezeClass(Condition)

/**
 * Makes a condition on rows: who may see or change which. It is data, checked here.
 *
 * @throws ImproperlyConfigured naming the place, for whatever has no meaning or not the same one in SQL
 */
export function condition<const C extends Columns>(
  options: ConditionOptions<C>,
): Condition<RowOf<C>> {
  checkOptionNames('condition()', options, OPTIONS)
  const { columns, where } = options
  return new Condition(MAKE, { columns, where })
}

/**
 * The rows of the caller's tenant; none for a caller without one (SW-27).
 *
 * @param column that says whose a row is; text
 * @throws ImproperlyConfigured for what is no name of a column
 */
export function tenantOf<const Name extends string = 'tenant_id'>(
  column?: Name,
): Condition<{ readonly [Key in Name]: unknown }> {
  const name = column ?? 'tenant_id'
  requireText('tenantOf(): column', name)
  return new Condition(MAKE, {
    columns: { [name]: 'text' },
    where: { eq: [name, { auth: 'tenant' }] },
  })
}

function copyOf(value: unknown): unknown {
  try {
    return deepFreeze(plainCopy(value))
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    throw new ImproperlyConfigured(
      `condition(): where must be plain data, such as JSON: ${error.message}`,
    )
  }
}

/** Only an instance is a caller (AUTH-4); JavaScript may hand over anything. */
function callerOf(auth: unknown): AuthContext | null {
  if (auth === null || AuthContext.is(auth)) return auth
  throw new TypeError(
    `A condition is asked for an AuthContext, such as call.auth, or null, not ${shownValue(auth)}`,
  )
}

function rowOf(row: unknown): object {
  if (typeof row === 'object' && row !== null) return row
  throw new TypeError(`A condition looks at a row, not at ${shownValue(row)}`)
}
