import { systemClock } from '../../base/clock.ts'
import type { Awaitable } from '../../base/promise.ts'
import { type BucketVerdict, gcra, untouched } from '../../base/rate/gcra.ts'
import type { RateDemand, RateStanding, RateStore } from '../../contract/ports/rate-store.ts'
import type { SqlRow, SqlStatements } from '../../contract/ports/sql.ts'
import type { SqlData } from '../../contract/ports/sql-data.ts'
import { checkData } from './check-data.ts'
import { keyDigest } from './key-digest.ts'
import { KnownRefusals } from './known-refusals.ts'
import { retried } from './retried.ts'
import { RATE_STEPS } from './steps/rate-tables.ts'
import { type Leftovers, sweepByKey } from './sweep-by-key.ts'
import { Sweeper } from './sweeper.ts'

/** What was kept of each demand before, by key, and whether all were taken from. Microseconds. */
interface Taken {
  readonly isTaken: boolean
  readonly now: number
  readonly fullAt: ReadonlyMap<string, number>
}

type Take = (demands: readonly Keyed[]) => Promise<Taken>

interface Keyed {
  readonly key: string
  readonly interval: number
  readonly burst: number
}

/** Full for a minute. */
const LEFTOVERS: Leftovers = {
  table: 'trefoil_rates',
  key: 'key',
  over: 'full_at < ({now} - 60000) * 1000',
}

/**
 * Rates that all processes of a database count together: `limits: { rateStore: sqlRates(data) }`. By the
 * clock of the database; all counts of a call in one statement. A caller who was refused is refused from
 * memory until the time comes, so that a flood of refused calls is none for the database.
 *
 * @param data what `database()` gives
 * @throws TypeError for what is no database
 */
export function sqlRates(data: SqlData): RateStore {
  checkData('sqlRates', data)
  const { dialect } = data
  data.tables('rates', RATE_STEPS, 'state')
  const { state } = data
  const take = dialect === 'sqlite' ? takeOnSqlite(state) : takeOnPostgres(state)
  const refusals = new KnownRefusals()
  const sweeper = new Sweeper(sweepByKey(state, dialect, LEFTOVERS))
  return Object.freeze({
    async consume(demands: readonly RateDemand[]): Promise<readonly RateStanding[]> {
      const keyed = demands.map(({ key, rate: { interval, burst } }) => ({
        key: keyDigest(key),
        interval,
        burst,
      }))
      const keys = keyed.map(({ key }) => key)
      const known = refusals.of(keys)
      if (known !== null) return known
      const taken = await take(keyed)
      const standings = standingsOf(keyed, taken)
      if (!taken.isTaken) refusals.add(keys, standings)
      sweeper.used()
      return standings
    },
  })
}

function standingsOf(
  demands: readonly Keyed[],
  { isTaken, now, fullAt }: Taken,
): readonly RateStanding[] {
  const verdicts = demands.map((demand) => gcra(fullAt.get(demand.key) ?? 0, now, demand))
  return verdicts.map((verdict, index) =>
    standingOf(isTaken ? verdict : untouched(verdict, demands[index] as Keyed)),
  )
}

function standingOf({ allowed, remaining, retryAfter, resetAfter }: BucketVerdict): RateStanding {
  return { allowed, remaining, retryAfter, resetAfter }
}

/** Statements by the number of demands: few, so that they are prepared once. */
const TEXTS = new Map<number, { readonly take: string; readonly look: string }>()

function textsOf(count: number): { readonly take: string; readonly look: string } {
  let texts = TEXTS.get(count)
  if (texts === undefined) {
    const rows = Array(count).fill('(?, ?, ?)').join(', ')
    const asked = `with asked (key, cost, latest) as (values ${rows}), moment (now) as (select ?)`
    texts = {
      // The write lock is taken before anything is read, so nothing comes between.
      take: `${asked},
        held (key, next, latest) as (
          select asked.key, max(now, min(coalesce(full_at, 0), latest)) + cost, latest
          from asked cross join moment left join trefoil_rates on trefoil_rates.key = asked.key)
        insert into trefoil_rates (key, full_at)
        select key, next from held where not exists (select 1 from held where next > latest)
        on conflict (key) do update set full_at = excluded.full_at
        returning key, full_at`,
      look: `select key, full_at from trefoil_rates where key in (${Array(count).fill('?').join(', ')})`,
    }
    TEXTS.set(count, texts)
  }
  return texts
}

/** Most calls have one count: a row that is not there is a full bucket, and has room. */
const TAKE_ONE = `insert into trefoil_rates (key, full_at) values (?, ?)
  on conflict (key) do update set full_at = max(?, min(full_at, ?)) + ?
  where max(?, min(full_at, ?)) + ? <= ?
  returning key, full_at`

/** A place that became free between two statements is asked for once more; so often at most. */
const ROUNDS = 5

/** The clock of the database is that of the machine, and its file is on this one. */
function takeOnSqlite(state: SqlStatements): Take {
  return async (demands) => {
    const keys = demands.map(({ key }) => key)
    const costs = new Map(demands.map(({ key, interval }) => [key, interval]))
    for (let round = 1; ; round++) {
      const now = Math.round(systemClock.now() * 1000)
      const taken = await takeAt(state, demands, now)
      if (taken.length > 0) return takenOf(taken, true, now, costs)
      const seen = takenOf(await state.run(textsOf(keys.length).look, keys), false, now, null)
      const isFree = demands.every(
        (demand) => gcra(seen.fullAt.get(demand.key) ?? 0, now, demand).allowed,
      )
      if (!isFree) return seen
      if (round === ROUNDS) throw new Error('sqlRates(): counts change faster than they are read')
    }
  }
}

function takeAt(
  state: SqlStatements,
  demands: readonly Keyed[],
  now: number,
): Awaitable<readonly SqlRow[]> {
  const [first] = demands
  if (demands.length > 1 || first === undefined) {
    const asked = demands.flatMap(({ key, interval, burst }) => [
      key,
      interval,
      now + interval * burst,
    ])
    return state.run(textsOf(demands.length).take, [...asked, now])
  }
  const { key, interval: cost, burst } = first
  const latest = now + cost * burst
  return state.run(TAKE_ONE, [key, now + cost, now, latest, cost, now, latest, cost, latest])
}

/** @param costs what was taken of each, to be seen as before */
function takenOf(
  rows: readonly SqlRow[],
  isTaken: boolean,
  now: number,
  costs: ReadonlyMap<string, number> | null,
): Taken {
  const fullAt = new Map(
    rows.map((row) => {
      const key = String(row['key'])
      return [key, Number(row['full_at']) - (costs?.get(key) ?? 0)]
    }),
  )
  return { isTaken, now, fullAt }
}

function takeOnPostgres(state: SqlStatements): Take {
  return async (demands) => {
    const rows = await retried(() =>
      state.run('select key, full_at, now, taken from trefoil_take_rates(?)', [
        JSON.stringify(
          demands.map(({ key, interval, burst }) => ({
            key,
            cost: interval,
            capacity: interval * burst,
          })),
        ),
      ]),
    )
    return takenOf(rows, Boolean(rows[0]?.['taken']), Number(rows[0]?.['now']), null)
  }
}
