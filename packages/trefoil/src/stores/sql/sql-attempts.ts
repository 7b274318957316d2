import { randomUUID } from 'node:crypto'
import type { AttemptBudget, AttemptStore, AttemptVerdict } from '../../contract/ports/attempts.ts'
import type { SqlRow, SqlValue } from '../../contract/ports/sql.ts'
import type { SqlData } from '../../contract/ports/sql-data.ts'
import { checkBudgets } from '../memory/attempt-rules.ts'
import { checkData } from './check-data.ts'
import { retried } from './retried.ts'
import { ATTEMPT_STEPS, judged, LEASE, oneMore } from './steps/attempt-tables.ts'
import { NOW, sweepByKey } from './sweep-by-key.ts'
import { Sweeper } from './sweeper.ts'

type Budgets = readonly AttemptBudget[]

/** The same in both dialects of SQL. */
interface Statements {
  /** @returns rows with `reserved`; none, or `locked_for`, where it could not be */
  reserve(
    id: string,
    budgets: Budgets,
  ): PromiseLike<{ readonly isReserved: boolean; readonly lockedFor: number }>
  failed(id: string, budgets: Budgets): PromiseLike<void>
  /** Those that are to be forgotten, and then the reservation. */
  forgotten(id: string, budgets: Budgets, forget: readonly string[]): PromiseLike<void>
}

/**
 * Wrong tries that all processes of a database count together, outside units of work: what a call that
 * fails has counted stays counted. By the clock of the database.
 *
 * @param data what `database()` gives
 * @throws TypeError for what is no database
 */
export function sqlAttempts(data: SqlData): AttemptStore {
  checkData('sqlAttempts', data)
  data.tables('attempts', ATTEMPT_STEPS, 'state')
  const { state, dialect } = data
  const statements = dialect === 'sqlite' ? onSqlite(data) : onPostgres(data)
  const sweepers = [
    { table: 'trefoil_attempts', key: 'key', over: 'forget_at < {now}' },
    {
      table: 'trefoil_attempts_reserved',
      key: 'key',
      over: `(until < {now} or until > {now} + ${LEASE})`,
    },
  ].map((leftovers) => new Sweeper(sweepByKey(state, dialect, leftovers)))

  const giveBack = async (id: string, budgets: Budgets) => {
    await state.run(givingBack(budgets), [id, ...keysOf(budgets)])
  }
  const lockedFor = async (budgets: Budgets): Promise<readonly SqlRow[]> =>
    state.run(
      `with ${asked(dialect, budgets)}, ${judged(dialect)}
        select max(locked_for) as locked_for, max(failures) as failures from judged`,
      valuesOf(budgets),
    )

  return Object.freeze({
    async reserve(budgets: Budgets) {
      checkBudgets(budgets)
      const id = randomUUID()
      const { isReserved, lockedFor: retryAfter } = await statements.reserve(id, budgets)
      for (const sweeper of sweepers) sweeper.used()
      if (isReserved) return { kind: 'reserved' as const, id }
      return retryAfter > 0 ? { kind: 'locked' as const, retryAfter } : { kind: 'wait' as const }
    },
    async failed(id: string, budgets: Budgets): Promise<AttemptVerdict> {
      checkBudgets(budgets)
      await statements.failed(id, budgets)
      const [row] = await lockedFor(budgets)
      return { retryAfter: Number(row?.['locked_for']), failures: Number(row?.['failures']) }
    },
    async succeeded(id: string, budgets: Budgets, forget: readonly string[]) {
      if (forget.length > 0) await statements.forgotten(id, budgets, forget)
      else await giveBack(id, budgets)
    },
    released: giveBack,
    async status(budgets: Budgets) {
      checkBudgets(budgets)
      const rows = await state.run(
        `with ${asked(dialect, budgets)}, ${judged(dialect)} select key, failures, locked_for from judged`,
        valuesOf(budgets),
      )
      const found = new Map(rows.map((row) => [row['key'], row]))
      return budgets.map(({ key }) => ({
        failures: Number(found.get(key)?.['failures']),
        retryAfter: Number(found.get(key)?.['locked_for']),
      }))
    },
  })

  function onSqlite({ state }: SqlData): Statements {
    return {
      async reserve(id, budgets) {
        const rows = await state.run(
          `with ${asked('sqlite', budgets)}, ${judged('sqlite')}
            insert into trefoil_attempts_reserved (key, id, until)
            select key, ?, now + ${LEASE} from judged
            where not exists (select 1 from judged where locked_for > 0 or live >= places)
            returning id`,
          [...valuesOf(budgets), id],
        )
        if (rows.length > 0) return { isReserved: true, lockedFor: 0 }
        const [row] = await lockedFor(budgets)
        return { isReserved: false, lockedFor: Number(row?.['locked_for']) }
      },
      // The failure first: in between a guess is counted twice, and never not at all.
      async failed(id, budgets) {
        await state.run(
          `with ${asked('sqlite', budgets)}, ${judged('sqlite')}
            insert into trefoil_attempts (key, failures, last_at, forget_at) ${oneMore('sqlite')} where true
            on conflict (key) do update set failures = excluded.failures,
              last_at = excluded.last_at, forget_at = excluded.forget_at`,
          valuesOf(budgets),
        )
        await giveBack(id, budgets)
      },
      async forgotten(id, budgets, forget) {
        await state.run(forgetting(forget), [...forget])
        await giveBack(id, budgets)
      },
    }
  }
}

function forgetting(keys: readonly string[]): string {
  return `delete from trefoil_attempts where key in (${places(keys)})`
}

function givingBack(budgets: Budgets): string {
  return `delete from trefoil_attempts_reserved where id = ? and key in (${places(budgets)})`
}

function onPostgres({ state }: SqlData): Statements {
  const json = (budgets: Budgets) =>
    JSON.stringify(
      budgets.map(({ key, threshold, window, base, cap }) => ({
        key,
        threshold,
        keep: window,
        base,
        cap,
      })),
    )
  return {
    async reserve(id, budgets) {
      const [row] = await retried(() =>
        state.run(`select locked_for, reserved from trefoil_reserve_attempt(?, ?, ${LEASE})`, [
          json(budgets),
          id,
        ]),
      )
      return { isReserved: Boolean(row?.['reserved']), lockedFor: Number(row?.['locked_for']) }
    },
    async failed(id, budgets) {
      await retried(() => state.run('select trefoil_fail_attempt(?, ?)', [json(budgets), id]))
    },
    // One way to the server, and one commit.
    async forgotten(id, budgets, forget) {
      const text = `with forgotten as (${forgetting(forget)}) ${givingBack(budgets)}`
      await retried(() => state.run(text, [...forget, id, ...keysOf(budgets)]))
    },
  }
}

function keysOf(budgets: Budgets): readonly string[] {
  return budgets.map(({ key }) => key)
}

function asked(dialect: SqlData['dialect'], budgets: Budgets): string {
  const place = dialect === 'sqlite' ? '?' : 'cast(? as bigint)'
  const row = `(?, ${Array(4).fill(place).join(', ')})`
  return `asked (key, threshold, keep, base, cap) as (values ${Array(budgets.length).fill(row).join(', ')}),
    moment as (select ${NOW[dialect]} as now)`
}

function valuesOf(budgets: Budgets): readonly SqlValue[] {
  return budgets.flatMap(({ key, threshold, window, base, cap }) => [
    key,
    threshold,
    window,
    base,
    cap,
  ])
}

function places(list: readonly unknown[]): string {
  return list.map(() => '?').join(', ')
}
