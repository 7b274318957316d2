import { type Kysely, sql } from 'kysely'
import type { JobWithMetadata, PgBoss } from 'pg-boss'
import type { Migration } from '../../database.ts'
import type { Clock } from '../../index.ts'
import { delayAfter } from './backoff.ts'
import { MOST_COUNTED } from './job-figures.ts'
import type {
  JobFilter,
  JobQueueFacts,
  JobState,
  JobStore,
  NewJob,
  StoredJob,
  TakenJob,
} from './job-store.ts'

/** Of `pg-boss`: it has a schema of its own beside the tables of the app. */
const SCHEMA = 'trefoil_jobs'
const CHANNEL = 'trefoil_jobs'
/** `pg-boss` deletes what waits for longer; nothing of ours is to be lost unseen. Seconds. */
const FOR_EVER = 10 * 365 * 86_400
/** How often a job may be tried is decided here: its own count is out of reach. */
const MOST_RETRIES = 1_000_000
/** Seconds that `pg-boss` lets a try take at most. It watches over none of ours: {@link LAPSED} does. */
const MOST_EXPIRY = 86_400

/**
 * The steps of the schema: each brings a database from whatever version of `pg-boss` it has to the one that
 * is installed. A new version of it with another schema is another step here.
 */
export const BOSS_JOBS: readonly Migration[] = [
  {
    name: '0001-pg-boss-46',
    run: async (db: Kysely<never>) => {
      const { getConstructionPlans } = await import('pg-boss')
      const plan = getConstructionPlans(SCHEMA)
      // The transaction is that of all migrations; what is between is one text of many statements.
      const inner = plan.replace(/^\s*BEGIN;/, '').replace(/COMMIT;\s*$/, '')
      await sql.raw(`do $trefoil$ begin execute $plan$${inner}$plan$; end $trefoil$`).execute(db)
    },
  },
]

/** What this store needs to know. */
export interface BossFacts {
  /** Milliseconds beyond its `timeout` after which a job is another's. */
  readonly lease: number
  /** Milliseconds that any job may be kept at most. */
  readonly keep: number
  readonly clock: Clock
}

type Row = Readonly<Record<string, unknown>>

/** A job as `pg-boss` has it in `data`, and what we say of its failures in `output`. */
interface Kept {
  readonly text: string
  readonly sender: string | null
  /** JSON of it: `jsonb` takes neither U+0000 nor half a character. */
  readonly key: string | null
}

const COLUMNS = `id::text as id, name, data, state::text as state, retry_count, output,
  extract(epoch from start_after) * 1000 as start_at, extract(epoch from created_on) * 1000 as created_at,
  extract(epoch from started_on) * 1000 as started_at, extract(epoch from completed_on) * 1000 as ended_at`
const TABLE = `${SCHEMA}.job`
const MINE = `name = $1 and id = $2 and state = 'active' and retry_count = $3`
const FAIL = `update ${TABLE} set state = $4::text::${SCHEMA}.job_state, output = $5::jsonb,
  start_after = case when $4::text = 'failed' then start_after else now() + $6::float8 * interval '1 ms' end,
  completed_on = case when $4::text = 'failed' then now() end where ${MINE}`
const FINISH = `update ${TABLE} set state = 'completed', output = null, completed_on = now() where ${MINE} returning id`
const GIVE_BACK = `update ${TABLE} set state = 'retry', start_after = now() where ${MINE}`
/** By what this worker knows of each name, not by what was known where it was sent. */
const LAPSED = `select ${COLUMNS} from ${TABLE} where name = $1 and state = 'active'
  and started_on + $2::float8 * interval '1 ms' < now() limit 100`
const HELD = `select id::text as id, retry_count from ${TABLE} where name = any($1) and id = any($2) and state = 'active'`
/** Of every name there is, also of those that this app does not define: their jobs wait for somebody to look at them. */
const ANY = `name in (select name from ${SCHEMA}.queue)`
const FIND = `select ${COLUMNS} from ${TABLE} where ${ANY} and id = $1`
const LIST = `select ${COLUMNS} from ${TABLE} where ($1::text is null or name = $1) and ($2::text[] is null or state::text = any($2))
  order by created_on desc, id desc limit $3`
const CANCEL = `update ${TABLE} set state = 'cancelled', completed_on = now()
  where ${ANY} and id = $1 and state < 'completed' returning id`
const RETRY = `update ${TABLE} set state = 'retry', output = null, completed_on = null, start_after = now()
  where ${ANY} and id = $1 and state in ('failed', 'cancelled') returning id`
const NEXT = `select min(extract(epoch from start_after) * 1000) as at, extract(epoch from now()) * 1000 as now
  from ${TABLE} where name = any($1) and state < 'active'`
const BACKLOG = `select names.name, found.due::int as due, extract(epoch from now() - found.oldest) * 1000 as age
  from unnest($1::text[]) as names (name) cross join lateral (
    select count(*) as due, min(start_after) as oldest from (
      select start_after from ${TABLE} where ${TABLE}.name = names.name and state < 'active' and start_after <= now()
      order by start_after limit $2) as these) as found`
const WAITING = `select distinct name from ${TABLE} where state < 'active' order by name limit 100`
const SWEEP = `delete from ${TABLE} where (state in ('completed', 'cancelled') and completed_on < to_timestamp($1::float8 / 1000))
  or (state = 'failed' and completed_on < to_timestamp($2::float8 / 1000)) returning 1`

const STATES: Readonly<Record<JobState, readonly string[]>> = {
  waiting: ['created', 'retry'],
  running: ['active'],
  done: ['completed'],
  dead: ['failed'],
  cancelled: ['cancelled'],
}
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const NONE = '00000000-0000-0000-0000-000000000000'
const LOST = 'its worker was not heard of any more'

/**
 * Jobs in `pg-boss`: its schema, its way to put in and to take. How often and when a job is tried
 * again, what `cron` sends and what is removed is decided by the app, as on SQLite.
 *
 * @param url of the database
 */
export function bossJobs(url: string, { lease, keep, clock }: BossFacts): JobStore {
  const queues = new Map<string, JobQueueFacts>()
  let boss: PgBoss | null = null
  let listener: { close(): Promise<void> } | null = null
  let isTelling = false
  let mustTell = false

  function opened(): PgBoss {
    if (boss !== null) return boss
    throw new Error(
      'The queue of jobs is closed: its app has not been started, or has been stopped',
    )
  }

  const names = () => [...queues.keys()]

  async function run(text: string, values: unknown[]): Promise<readonly Row[]> {
    return (await opened().getDb().executeSql(text, values)).rows
  }

  async function fails(job: TakenJob, failure: string, mayRetry: boolean): Promise<void> {
    const facts = queues.get(job.queue)
    const isDead = !mayRetry || (facts !== undefined && job.failures >= facts.retries)
    const delay = facts === undefined ? 0 : delayAfter(job.failures, facts)
    const output = JSON.stringify({ failures: job.failures + 1, failure })
    await run(FAIL, [job.queue, job.id, job.run, isDead ? 'failed' : 'retry', output, delay])
  }

  async function tellAll(): Promise<void> {
    isTelling = true
    try {
      do {
        mustTell = false
        await run('select pg_notify($1, $2)', [CHANNEL, ''])
      } while (mustTell)
    } catch {
      // Whoever was to be woken looks by itself.
    } finally {
      isTelling = false
    }
  }

  return Object.freeze({
    async open(facts: readonly JobQueueFacts[]) {
      const { PgBoss: Boss } = await import('pg-boss')
      for (const one of facts) queues.set(one.queue, one)
      const own = new Boss({
        connectionString: url,
        schema: SCHEMA,
        application_name: 'trefoil jobs',
        max: 4,
        migrate: false,
        createSchema: false,
        supervise: false,
        schedule: false,
      })
      // Without it an error of a connection would end the process; whoever asks is told of it.
      own.on('error', () => {})
      await own.start()
      boss = own
      for (const { queue } of facts) await own.createQueue(queue)
    },
    async close() {
      const [closing, listening] = [boss, listener]
      boss = null
      listener = null
      await listening?.close().catch(() => {})
      await closing?.stop({ graceful: false })
    },
    async listen(wake: () => void) {
      try {
        listener = (await opened().getDb().listen?.(CHANNEL, wake, wake)) ?? null
      } catch {
        // A pooler in between that knows no LISTEN: it is looked for by `poll` alone.
      }
    },
    tell() {
      mustTell = true
      if (!isTelling && boss !== null) void tellAll()
    },
    async add(unit: unknown, { id, queue, data, sender, key, startAt }: NewJob) {
      const { timeout } = queues.get(queue) as JobQueueFacts
      const { fromKysely } = await import('pg-boss')
      const kept: Kept = { text: data, sender, key: key === null ? null : JSON.stringify(key) }
      const delay = startAt - clock.now()
      const added = await opened().send(queue, kept, {
        id,
        // By the clock of the database: ours may be ahead of it, or behind.
        ...(delay > 0 ? { startAfter: `${delay} milliseconds` } : {}),
        retryLimit: MOST_RETRIES,
        expireInSeconds: Math.min(MOST_EXPIRY, Math.ceil((timeout + lease) / 1000)),
        retentionSeconds: FOR_EVER,
        deleteAfterSeconds: Math.max(1, Math.ceil(keep / 1000)),
        // Whatever its tables are, it runs what it is given.
        db: fromKysely(unit as Kysely<never>),
      })
      return added !== null
    },
    async take(queue: string, most: number) {
      const jobs = await opened().fetch<Kept>(queue, { batchSize: most, includeMetadata: true })
      return jobs.map(takenOf).sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1))
    },
    async keep(held: readonly TakenJob[]) {
      const rows = await run(HELD, [names(), held.map(({ id }) => id)])
      const mine = new Map(rows.map((row) => [row['id'], Number(row['retry_count'])]))
      return new Set(held.filter(({ id, run: own }) => mine.get(id) === own).map(({ id }) => id))
    },
    finish: (unit: unknown, { queue, id, run: own }: TakenJob) =>
      changes(unit, FINISH, [queue, id, own]),
    fail: fails,
    async giveBack(held: readonly TakenJob[]) {
      for (const { queue, id, run: own } of held) await run(GIVE_BACK, [queue, id, own])
    },
    async reclaim() {
      let count = 0
      for (const { queue, timeout } of queues.values()) {
        for (const row of await run(LAPSED, [queue, timeout + lease])) {
          await fails({ ...storedOf(row), run: Number(row['retry_count']) }, LOST, true)
          count++
        }
      }
      return count
    },
    async find(id: string, unit: unknown = null) {
      const values = [uuidOf(id)]
      const [row] = unit === null ? await run(FIND, values) : await runIn(unit, FIND, values)
      return row === undefined ? null : storedOf(row)
    },
    async list({ queue, state, most }: JobFilter) {
      const values = [queue ?? null, state === undefined ? null : STATES[state], most]
      return (await run(LIST, values)).map(storedOf)
    },
    cancel: (unit: unknown, id: string) => changes(unit, CANCEL, [uuidOf(id)]),
    retry: (unit: unknown, id: string) => changes(unit, RETRY, [uuidOf(id)]),
    async nextStart(of: readonly string[]) {
      const [row] = await run(NEXT, [[...of]])
      const at = row?.['at'] ?? null
      // As our clock has it.
      return at === null ? null : Number(at) - Number(row?.['now']) + clock.now()
    },
    async backlog(of: readonly string[]) {
      const rows = await run(BACKLOG, [[...of], MOST_COUNTED])
      return rows.map(({ name, due, age }) => ({
        queue: String(name),
        due: Number(due),
        // As our clock has it.
        oldest: age === null ? null : clock.now() - Number(age),
      }))
    },
    async waitingQueues() {
      return (await run(WAITING, [])).map((row) => String(row['name']))
    },
    async sweep(doneBefore: number, deadBefore: number) {
      return (await run(SWEEP, [doneBefore, deadBefore])).length
    },
  } satisfies JobStore)
}

/** In the unit, by its own connection. */
async function runIn(unit: unknown, text: string, values: unknown[]): Promise<readonly Row[]> {
  const { fromKysely } = await import('pg-boss')
  return (await fromKysely(unit as Kysely<never>).executeSql(text, values)).rows
}

async function changes(unit: unknown, text: string, values: unknown[]): Promise<boolean> {
  return (await runIn(unit, text, values)).length > 0
}

/** What is no id is that of none: it is asked for all the same, so that both take as long. */
function uuidOf(id: string): string {
  return UUID.test(id) ? id : NONE
}

function takenOf(job: JobWithMetadata<Kept>): TakenJob {
  const { id, name, data, output, retryCount, startAfter, createdOn, startedOn } = job
  return {
    ...ofKept(data),
    ...failuresOf(output),
    id,
    queue: name,
    state: 'running',
    run: retryCount,
    startAt: startAfter.getTime(),
    createdAt: createdOn.getTime(),
    startedAt: startedOn.getTime(),
    endedAt: null,
  }
}

function storedOf(row: Row): StoredJob {
  const state = Object.entries(STATES).find(([, theirs]) => theirs.includes(String(row['state'])))
  const time = (name: string) => (row[name] === null ? null : Math.floor(Number(row[name])))
  return {
    // Written by us.
    ...ofKept(row['data'] as Kept),
    ...failuresOf(row['state'] === 'completed' ? null : row['output']),
    id: String(row['id']),
    queue: String(row['name']),
    state: state?.[0] as JobState,
    startAt: time('start_at') ?? 0,
    createdAt: time('created_at') ?? 0,
    startedAt: time('started_at'),
    endedAt: time('ended_at'),
  }
}

function ofKept({ text, sender, key }: Kept): Pick<StoredJob, 'data' | 'sender' | 'key'> {
  return { data: text, sender, key: key === null ? null : String(JSON.parse(key)) }
}

function failuresOf(output: unknown): Pick<StoredJob, 'failures' | 'failure'> {
  const { failures, failure }: { failures?: unknown; failure?: unknown } = Object(output)
  return {
    failures: typeof failures === 'number' ? failures : 0,
    failure: typeof failure === 'string' ? failure : null,
  }
}
