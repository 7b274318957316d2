import { randomUUID } from 'node:crypto'
import {
  type Dependency,
  dependency,
  ImproperlyConfigured,
  type ProviderCall,
  type Schema,
} from '../../index.ts'
import {
  definePart,
  type Part,
  type PartApp,
  type PartFigure,
  processEnvironment,
  readOptions,
} from '../../parts.ts'
import { BOSS_JOBS, bossJobs } from './boss-jobs.ts'
import { readCron } from './cron.ts'
import type { Definition, JobHandle, JobHandler } from './definition.ts'
import { jobCommands } from './job-commands.ts'
import { JobFigures } from './job-figures.ts'
import { keyedJobId, newJobId } from './job-id.ts'
import {
  type DataIn,
  type DataOut,
  JOB,
  JOB_QUEUE,
  type JobOptions,
  type JobQueueOptions,
  SEND,
  type SendJobOptions,
} from './job-options.ts'
import { isOwnedBy, type JobCaller, type JobSender, readSender, senderOf } from './job-sender.ts'
import type { JobState, JobStore, StoredJob } from './job-store.ts'
import { checkName, payloadOf, validated } from './payload.ts'
import { SQLITE_JOBS, sqlJobs } from './sql-jobs.ts'
import { Worker } from './worker.ts'

/** Databases that have one: two queues would do each other's jobs. */
const withQueue = new WeakSet<object>()
/** Most jobs are sent without options. */
const PLAINLY = Object.freeze({ key: null, delay: 0 })

/** What `send` answers. */
export interface SentJob {
  readonly id: string
  /** False where there was one of the key already: that one it is, with the data that it had. */
  readonly isNew: boolean
}

/** A job as whoever sent it may see it. Times are milliseconds since the Unix epoch. */
export interface JobView {
  readonly id: string
  readonly name: string
  readonly state: JobState
  /** Tries that failed. */
  readonly failures: number
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

/** The queue in one call: what is done by it is kept with the call, or not at all. */
export interface CallJobs {
  /**
   * Sends a job. Nobody sees it before the call is committed; then it is woken.
   *
   * @param job what `jobs.define()` gave, or its name
   * @throws JobDataRefused for data that its schema, or JSON, does not take
   */
  send<Data>(job: JobHandle<Data>, data: NoInfer<Data>, options?: SendJobOptions): Promise<SentJob>
  send(job: string, data: unknown, options?: SendJobOptions): Promise<SentJob>
  /**
   * Cancels a job of this caller: one that waits does not run, one that runs is told by its signal, and what
   * it did in the database is taken back.
   *
   * @returns false where it has ended, is somebody else's, or there is none
   */
  cancel(id: string): Promise<boolean>
  /** A job of this caller; `null` where it is somebody else's, or there is none. */
  find(id: string): Promise<JobView | null>
}

/** The part of {@link jobQueue}, and what the app does with it. */
export interface JobQueue extends Part {
  /** A dependency of actions that may change something, and of jobs: the queue in their unit of work. */
  readonly queue: Dependency<CallJobs>
  /**
   * Says what a job is and who does it. Before the app starts.
   *
   * @param name kept with each job: a job of a name that nobody defines any more waits
   * @throws ImproperlyConfigured for a name that is taken, and for options that are wrong
   */
  define<Data extends Schema>(
    name: string,
    schema: Data,
    handler: JobHandler<DataOut<Data>>,
  ): JobHandle<DataIn<Data>>
  define<Data extends Schema = Schema>(
    name: string,
    options: JobOptions<Data>,
    handler: JobHandler<DataOut<Data>>,
  ): JobHandle<DataIn<Data>>
  /**
   * Sends a job outside calls, as the app itself.
   *
   * @param unit what `data.unit()` gives: the job is kept with it
   * @throws JobDataRefused for data that its schema, or JSON, does not take
   */
  send<Data>(
    unit: object,
    job: JobHandle<Data>,
    data: NoInfer<Data>,
    options?: SendJobOptions,
  ): Promise<SentJob>
  send(unit: object, job: string, data: unknown, options?: SendJobOptions): Promise<SentJob>
  /** A job of whoever calls; `null` where it is somebody else's, or there is none. */
  find(call: JobCaller, id: string): Promise<JobView | null>
  /**
   * Cancels a job of whoever calls, in a unit of its own: for calls that have none.
   *
   * @returns false where it has ended, is somebody else's, or there is none
   */
  cancel(call: JobCaller, id: string): Promise<boolean>
  /**
   * Does what is due, until nothing is, here and now: for tests.
   *
   * @returns how many jobs it did
   * @throws Error before the app has been started
   */
  runDue(): Promise<number>
}

/**
 * Jobs that outlive the call that sent them, and the process: sent in the transaction of the call, done at
 * least once, tried again when they fail.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function jobQueue(options: JobQueueOptions): JobQueue {
  const values = readOptions(JOB_QUEUE, options, { env: processEnvironment() })
  const { clock, work, poll, lease, keep, keepDead, maxData } = values
  // Units of any tables: nothing here looks into them but by statements of its own.
  const { data } = values
  const definitions = new Map<string, Definition>()
  const { url } = data
  const store: JobStore =
    url === null
      ? sqlJobs(data, { worker: randomUUID(), lease, clock })
      : bossJobs(url.reveal(), { lease, clock, keep: Math.max(keep, keepDead) })
  if (withQueue.has(data)) {
    throw new ImproperlyConfigured(
      'jobQueue(): this database has a queue already, of another jobQueue() or of accounts(); make one, and hand it to whoever needs it: accounts({ data, jobs })',
    )
  }
  data.tables('jobs', url === null ? SQLITE_JOBS : BOSS_JOBS)
  withQueue.add(data)
  let worker: Worker | null = null
  let begun: Worker | null = null
  let hasStarted = false
  let counts: JobFigures | null = null

  function definitionOf(job: unknown): Definition {
    const name: unknown = typeof job === 'string' ? job : Object(job)['name']
    const found = typeof name === 'string' ? definitions.get(name) : undefined
    if (found !== undefined) return found
    const names = [...definitions.keys()].join(', ')
    throw new ImproperlyConfigured(
      `send(): there is no such job; jobs.define() has ${names === '' ? 'none' : names}`,
    )
  }

  async function put(
    unit: unknown,
    sender: JobSender | null,
    job: unknown,
    given: unknown,
    sending?: SendJobOptions,
  ): Promise<SentJob> {
    const { queue, schema } = definitionOf(job)
    const { key, delay } = sending === undefined ? PLAINLY : readOptions(SEND, sending)
    const text = payloadOf(queue, given, maxData)
    if (schema !== null) await validated(queue, schema, JSON.parse(text))
    const now = Math.floor(clock.now())
    const id = key === null ? newJobId(now) : keyedJobId(queue, sender?.tenant ?? null, key)
    const isNew = await store.add(unit, {
      id,
      queue,
      data: text,
      sender: sender === null ? null : JSON.stringify(sender),
      key,
      startAt: now + delay,
    })
    if (isNew) {
      data.afterCommit(unit, () => {
        counts?.count(queue, 'sent')
        worker?.wake(now + delay)
        store.tell()
      })
    }
    return Object.freeze({ id, isNew })
  }

  async function owned(call: JobCaller, id: unknown, unit?: unknown): Promise<StoredJob | null> {
    // Asked all the same: whether there is one must not show in the time it takes (PW-41).
    const found = await store.find(typeof id === 'string' ? id : '', unit)
    return found !== null && isOwnedBy(readSender(found.sender), call) ? found : null
  }

  async function view(call: JobCaller, id: string, unit?: unknown): Promise<JobView | null> {
    const found = await owned(call, id, unit)
    return found === null ? null : viewOf(found)
  }

  async function cancelIn(unit: unknown, call: JobCaller, id: string): Promise<boolean> {
    const found = await owned(call, id, unit)
    const isCancelled = await store.cancel(unit, found?.id ?? '')
    if (isCancelled) data.afterCommit(unit, () => worker?.cancel(id))
    return isCancelled
  }

  async function sendDue(from: number, to: number): Promise<void> {
    for (const { queue, cron } of definitions.values()) {
      const at = cron?.lastTick(from, to) ?? null
      if (at === null) continue
      // Of all processes the database lets one through: the key is the tick.
      const key = `cron ${new Date(at).toISOString()}`
      await data.unit((unit) => put(unit, null, queue, {}, { key }))
    }
  }

  function define(name: unknown, given: unknown, handler: unknown): JobHandle<never> {
    checkName('jobs.define(): name', name)
    const of = `jobs.define('${name}')`
    if (hasStarted) throw new ImproperlyConfigured(`${of} came after the app was started`)
    if (definitions.has(name)) throw new ImproperlyConfigured(`${of}: the name is taken`)
    if (typeof handler !== 'function') {
      throw new ImproperlyConfigured(`${of} takes a function that does the job, last`)
    }
    const options = isSchema(given) ? { data: given } : given
    const { data: schema, cron, timeZone, ...rest } = readOptions({ ...JOB, name: of }, options)
    definitions.set(name, {
      queue: name,
      schema,
      cron: cron === null ? null : readCron(of, cron, timeZone),
      // Looked at just now.
      handler: handler as JobHandler<never>,
      ...rest,
    })
    return Object.freeze({ name })
  }

  async function start(app: PartApp): Promise<void> {
    hasStarted = true
    for (const { queue, cron, schema } of definitions.values()) {
      if (cron !== null) await takesNothing(queue, schema)
    }
    const works = work === 'always' || (work === 'serving' && app.host !== null)
    await store.open([...definitions.values()], works)
    worker = new Worker({
      store,
      definitions,
      app,
      clock,
      poll,
      lease,
      keep,
      keepDead,
      sendDue,
      count: (job, event) => counts?.count(job, event),
      finish: async (call, job) => store.finish(await call.resolve(data.db), job),
    })
    if (works) await begin(worker)
  }

  async function begin(own: Worker): Promise<void> {
    // `trefoil work` of an app whose jobs run wherever it starts: it listens once.
    if (begun === own) return
    begun = own
    await store.listen(() => own.wake())
    own.start()
  }

  function working(): Worker {
    if (worker !== null) return worker
    throw new Error('jobs: the app has not been started')
  }

  async function figures(): Promise<readonly PartFigure[]> {
    counts ??= new JobFigures()
    const own = worker
    const names = [...definitions.keys()]
    // Before it has started there are no tables yet, and a store that is away is no reason to say nothing.
    const asked = async () => (own === null ? null : store.backlog(names))
    const backlog = await asked().catch(() => null)
    return counts.figures(names, (job) => own?.runs(job) ?? 0, backlog, clock.now())
  }

  const more: Omit<JobQueue, keyof Part> = {
    queue: dependency(({ db }, call: ProviderCall) => queueOf(db, call), {
      name: 'jobs.queue',
      uses: { db: data.db },
      preview: 'safe',
    }),
    define,
    send: (unit: object, job: unknown, given: unknown, sending?: SendJobOptions) =>
      put(unit, null, job, given, sending),
    find: (call, id) => view(call, id),
    cancel: (call, id) => data.unit((unit) => cancelIn(unit, call, id)),
    runDue: () => working().runDue(),
  }

  function queueOf(unit: unknown, call: ProviderCall): CallJobs {
    return Object.freeze({
      send: (job: unknown, given: unknown, sending?: SendJobOptions) =>
        put(unit, senderOf(call), job, given, sending),
      cancel: (id: string) => cancelIn(unit, call, id),
      find: (id: string) => view(call, id, unit),
    })
  }

  return definePart(
    {
      name: 'jobs',
      options: JOB_QUEUE,
      figures,
      start,
      drain: () => worker?.drain(),
      stop: async () => {
        const stopping = worker
        worker = null
        await stopping?.stop()
        await store.close()
      },
      commands: jobCommands({
        list: (filter) => store.list(filter),
        change: (how, id) => data.unit((unit) => store[how](unit, id)),
        work: async (signal) => {
          await begin(working())
          await until(signal)
        },
      }),
    },
    more,
  )
}

function viewOf({ queue, ...job }: StoredJob): JobView {
  const { id, state, failures, createdAt, startedAt, endedAt } = job
  return Object.freeze({ id, name: queue, state, failures, createdAt, startedAt, endedAt })
}

/** What `cron` sends is an empty object. */
async function takesNothing(name: string, schema: Schema | null): Promise<void> {
  try {
    await validated(name, schema, {})
  } catch (cause) {
    throw new ImproperlyConfigured(
      `jobs.define('${name}'): cron sends {}, which its schema does not take; leave data out, or give everything a default`,
      { cause },
    )
  }
}

/** Keeps the process meanwhile. */
async function until(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  const { promise, resolve } = Promise.withResolvers<void>()
  const alive = setInterval(() => {}, 60_000)
  signal.addEventListener('abort', () => resolve(), { once: true })
  await promise
  clearInterval(alive)
}

/** What nobody can look at is none: as options it is refused. */
function isSchema(given: unknown): boolean {
  try {
    return '~standard' in Object(given)
  } catch {
    return false
  }
}
