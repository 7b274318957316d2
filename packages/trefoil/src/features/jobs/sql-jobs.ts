import { type QueryExecutorProvider, sql } from 'kysely'
import type { Awaitable, Clock } from '../../index.ts'
import type { SqlRow, SqlStatements } from '../../parts.ts'
import { delayAfter } from './backoff.ts'
import { type Backlog, MOST_COUNTED } from './job-figures.ts'
import type {
  JobFilter,
  JobQueueFacts,
  JobState,
  JobStore,
  NewJob,
  StoredJob,
  TakenJob,
} from './job-store.ts'

/** What the store of jobs needs of the database. */
export interface JobsDatabase {
  queries(): QueryExecutorProvider
  unit<Value>(work: (unit: unknown) => Awaitable<Value>): Promise<Value>
  statements(unit: unknown): SqlStatements
}

/** Rights of this worker, and how long a job is its own when nothing is heard of it. */
export interface WorkerFacts {
  readonly worker: string
  /** Milliseconds. */
  readonly lease: number
  readonly clock: Clock
}

/** Steps of the table on SQLite. */
export const SQLITE_JOBS: readonly { readonly name: string; readonly sql: string }[] = [
  {
    name: '0001-jobs',
    sql: `create table trefoil_jobs (
  id text primary key,
  queue text not null,
  state text not null check (state in ('waiting', 'running', 'done', 'dead', 'cancelled')),
  data text not null,
  sender text,
  job_key text,
  runs integer not null default 0,
  failures integer not null default 0,
  start_at integer not null,
  created_at integer not null,
  started_at integer,
  ended_at integer,
  worker text,
  leased_until integer,
  failure text
) strict, without rowid;
create index trefoil_jobs_due on trefoil_jobs (queue, start_at) where state = 'waiting';
create index trefoil_jobs_running on trefoil_jobs (leased_until) where state = 'running';
create index trefoil_jobs_ended on trefoil_jobs (ended_at) where ended_at is not null;`,
  },
]

const ADD = `insert into trefoil_jobs (id, queue, state, data, sender, job_key, start_at, created_at)
  values (?, ?, 'waiting', ?, ?, ?, ?, ?) on conflict (id) do nothing returning id`
const TAKE = `update trefoil_jobs set state = 'running', runs = runs + 1, worker = ?, leased_until = ?, started_at = ?
  where id in (select id from trefoil_jobs where queue = ? and state = 'waiting' and start_at <= ?
    order by start_at, id limit ?) returning *`
/** Those that it says alone: one whose end could not be written down would be its own for as long as it lives. */
const KEEP = `update trefoil_jobs set leased_until = ? where worker = ? and state = 'running'
  and id in (select value from json_each(?)) returning id, runs`
const FINISH = `update trefoil_jobs set state = 'done', ended_at = ?, worker = null, leased_until = null, failure = null
  where id = ? and state = 'running' and runs = ? returning id`
const FAIL = `update trefoil_jobs set state = ?, failures = failures + 1, start_at = ?, ended_at = ?, failure = ?,
  worker = null, leased_until = null where id = ? and state = 'running' and runs = ?`
const GIVE_BACK = `update trefoil_jobs set state = 'waiting', worker = null, leased_until = null
  where id = ? and state = 'running' and runs = ?`
const FIND = 'select * from trefoil_jobs where id = ?'
const LAPSED = `select * from trefoil_jobs where state = 'running' and leased_until < ? limit 100`
const CANCEL = `update trefoil_jobs set state = 'cancelled', ended_at = ?, worker = null, leased_until = null
  where id = ? and state in ('waiting', 'running') returning id`
const RETRY = `update trefoil_jobs set state = 'waiting', failures = 0, start_at = ?, ended_at = null, failure = null
  where id = ? and state in ('dead', 'cancelled') returning id`
const SWEEP = `delete from trefoil_jobs where id in (select id from trefoil_jobs where ended_at is not null and
  ((state in ('done', 'cancelled') and ended_at < ?) or (state = 'dead' and ended_at < ?)) limit 500) returning id`

/** What is told of a job whose worker was not heard of any more. */
const LOST = 'its worker was not heard of any more'

/** Jobs in a table of ours. One process writes at a time, so a statement is a taking that nobody else makes. */
export function sqlJobs(data: JobsDatabase, { worker, lease, clock }: WorkerFacts): JobStore {
  const queues = new Map<string, JobQueueFacts>()
  const now = () => Math.floor(clock.now())

  async function run(text: string, values: Parameters<SqlStatements['run']>[1]) {
    return data.unit((unit) => data.statements(unit).run(text, values))
  }

  async function fails(unit: unknown, job: TakenJob, failure: string, mayRetry: boolean) {
    const facts = queues.get(job.queue)
    const isDead = !mayRetry || (facts !== undefined && job.failures >= facts.retries)
    const delay = facts === undefined ? 0 : delayAfter(job.failures, facts)
    const values = [
      isDead ? 'dead' : 'waiting',
      isDead ? job.startAt : now() + delay,
      isDead ? now() : null,
      failure,
      job.id,
      job.run,
    ]
    await data.statements(unit).run(FAIL, values)
  }

  return Object.freeze({
    open(facts: readonly JobQueueFacts[]) {
      for (const one of facts) queues.set(one.queue, one)
    },
    close() {},
    // Other processes look by themselves.
    listen() {},
    tell() {},
    async add(unit: unknown, job: NewJob) {
      const { id, queue, data: text, sender, key, startAt } = job
      const values = [id, queue, text, sender, key, startAt, now()]
      return (await data.statements(unit).run(ADD, values)).length > 0
    },
    async take(queue: string, most: number) {
      const at = now()
      // Asked before the lock is taken: most times nothing is due.
      const due = await sql`select 1 from trefoil_jobs
        where queue = ${queue} and state = 'waiting' and start_at <= ${at} limit 1`.execute(
        data.queries(),
      )
      if (due.rows.length === 0) return []
      const rows = await run(TAKE, [worker, at + lease, at, queue, at, most])
      return rows.map(taken).sort(byStart)
    },
    async keep(held: readonly TakenJob[]) {
      const ids = JSON.stringify(held.map(({ id }) => id))
      const rows = await run(KEEP, [now() + lease, worker, ids])
      const mine = new Map(rows.map((row) => [row['id'], row['runs']]))
      return new Set(held.filter(({ id, run }) => mine.get(id) === run).map(({ id }) => id))
    },
    async finish(unit: unknown, { id, run }: TakenJob) {
      return (await data.statements(unit).run(FINISH, [now(), id, run])).length > 0
    },
    fail: (job: TakenJob, failure: string, mayRetry: boolean) =>
      data.unit((unit) => fails(unit, job, failure, mayRetry)),
    async giveBack(held: readonly TakenJob[]) {
      if (held.length === 0) return
      await data.unit(async (unit) => {
        for (const { id, run } of held) await data.statements(unit).run(GIVE_BACK, [id, run])
      })
    },
    async reclaim() {
      const found = await sql`select 1 from trefoil_jobs
        where state = 'running' and leased_until < ${now()} limit 1`.execute(data.queries())
      if (found.rows.length === 0) return 0
      return data.unit(async (unit) => {
        const lapsed = (await data.statements(unit).run(LAPSED, [now()])).map(taken)
        for (const job of lapsed) await fails(unit, job, LOST, true)
        return lapsed.length
      })
    },
    async find(id: string, unit: unknown = null) {
      const [row] =
        unit === null
          ? (await sql<SqlRow>`select * from trefoil_jobs where id = ${id}`.execute(data.queries()))
              .rows
          : await data.statements(unit).run(FIND, [id])
      return row === undefined ? null : stored(row)
    },
    async list({ queue, state, most }: JobFilter) {
      const ofQueue = queue === undefined ? sql`` : sql` and queue = ${queue}`
      const ofState = state === undefined ? sql`` : sql` and state = ${state}`
      const { rows } = await sql<SqlRow>`select * from trefoil_jobs where true${ofQueue}${ofState}
        order by created_at desc, id desc limit ${most}`.execute(data.queries())
      return rows.map(stored)
    },
    async cancel(unit: unknown, id: string) {
      return (await data.statements(unit).run(CANCEL, [now(), id])).length > 0
    },
    async retry(unit: unknown, id: string) {
      return (await data.statements(unit).run(RETRY, [now(), id])).length > 0
    },
    async nextStart(names: readonly string[]) {
      if (names.length === 0) return null
      const { rows } = await sql<{ at: number | null }>`select min(start_at) as at from trefoil_jobs
        where state = 'waiting' and queue in (${sql.join(names)})`.execute(data.queries())
      return rows[0]?.at ?? null
    },
    async backlog(names: readonly string[]) {
      const at = now()
      const backlog: Backlog[] = []
      for (const queue of names) {
        // Each by the index, up to where it is counted.
        const { rows } = await sql<SqlRow>`select count(*) as due, min(start_at) as oldest from (
          select start_at from trefoil_jobs where queue = ${queue} and state = 'waiting' and start_at <= ${at}
          order by start_at limit ${MOST_COUNTED})`.execute(data.queries())
        const [row] = rows
        backlog.push({ queue, due: Number(row?.['due']), oldest: numberOf(row?.['oldest']) })
      }
      return backlog
    },
    async waitingQueues() {
      const { rows } = await sql<{ queue: string }>`select distinct queue from trefoil_jobs
        where state = 'waiting' order by queue limit 100`.execute(data.queries())
      return rows.map(({ queue }) => queue)
    },
    async sweep(doneBefore: number, deadBefore: number) {
      let count = 0
      for (;;) {
        const { length } = await run(SWEEP, [doneBefore, deadBefore])
        count += length
        if (length < 500) return count
      }
    },
  } satisfies JobStore)
}

function byStart(one: TakenJob, other: TakenJob): number {
  return one.startAt - other.startAt || (one.id < other.id ? -1 : 1)
}

function taken(row: SqlRow): TakenJob {
  return { ...stored(row), run: Number(row['runs']) }
}

function stored(row: SqlRow): StoredJob {
  return {
    id: String(row['id']),
    queue: String(row['queue']),
    // Checked by the table.
    state: row['state'] as JobState,
    data: String(row['data']),
    sender: textOf(row['sender']),
    key: textOf(row['job_key']),
    startAt: Number(row['start_at']),
    failures: Number(row['failures']),
    createdAt: Number(row['created_at']),
    startedAt: numberOf(row['started_at']),
    endedAt: numberOf(row['ended_at']),
    failure: textOf(row['failure']),
  }
}

function textOf(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}

function numberOf(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}
