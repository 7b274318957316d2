import { unknownName } from '../../base/unknown-name.ts'
import type { SpentTokens } from '../../contract/ports/spent-tokens.ts'
import type { SqlStatements } from '../../contract/ports/sql.ts'
import type { SqlData } from '../../contract/ports/sql-data.ts'
import { checkSpent } from '../memory/memory-spent-tokens.ts'
import { checkData } from './check-data.ts'
import { digestOf } from './key-digest.ts'
import { retried } from './retried.ts'
import { SPENT_OWNERS, spentTokenSteps } from './steps/spent-token-tables.ts'
import { sweepByKey } from './sweep-by-key.ts'
import { Sweeper } from './sweeper.ts'

/** Options of {@link sqlSpentTokens}. */
export interface SqlSpentTokensOptions {
  /**
   * `app`: beside the app's tables, so that one can be spent in a call's unit of work, and what was spent
   * outlives the loss of power; `state`: in the file of counts, for what every request brings, such as
   * DPoP proofs. Default `app`.
   */
  readonly where?: 'app' | 'state'
}

/**
 * Spent tokens that all processes of a database know.
 *
 * @param data what `database()` gives
 * @throws TypeError for what is no database, and another `where`
 */
export function sqlSpentTokens(data: SqlData, options: SqlSpentTokensOptions = {}): SpentTokens {
  checkData('sqlSpentTokens', data)
  const unknown = unknownName(options, { where: true })
  if (unknown !== null) throw new TypeError(`sqlSpentTokens(): ${unknown}`)
  const { where = 'app' } = options
  if (where !== 'app' && where !== 'state') {
    throw new TypeError('sqlSpentTokens(): where must be app or state')
  }
  const owner = SPENT_OWNERS[where]
  data.tables(owner, spentTokenSteps(owner), where)
  const table = `trefoil_${owner}`
  const insert = `insert into ${table} (digest, until) values (?, ?) on conflict (digest) do nothing returning digest`
  const { dialect } = data
  const statements: Pick<SqlStatements, 'run'> =
    where === 'state'
      ? data.state
      : { run: (text, values) => data.unit(async (db) => data.statements(db).run(text, values)) }
  const sweeper = new Sweeper(
    sweepByKey(statements, dialect, { table, key: 'digest', over: 'until < {now} - 60000' }),
  )
  return Object.freeze({
    async spend(purpose: string, id: string, until: number, unit?: unknown) {
      checkSpent(purpose, id, until)
      if (unit !== undefined && where === 'state') {
        throw new TypeError(`sqlSpentTokens({ where: 'state' }) takes part in no unit; write 'app'`)
      }
      const values = [digestOf([purpose, id]), Math.trunc(until)]
      // In a unit the whole call is what is repeated.
      const rows =
        unit === undefined
          ? await retried(() => statements.run(insert, values))
          : await data.statements(unit).run(insert, values)
      if (unit === undefined) sweeper.used()
      return rows.length > 0 ? ('first' as const) : ('again' as const)
    },
  })
}
