import {
  type AuditAnchor,
  type AuditCheckpoint,
  type AuditEvent,
  type AuditPlace,
  type AuditReport,
  auditWriter,
  type CallEvent,
  verifyAudit,
} from '../../audit-chain.ts'
import {
  type Action,
  type Call,
  type CallRecord,
  ImproperlyConfigured,
  type Logger,
  type Outcome,
  Problem,
} from '../../index.ts'
import {
  type AuditFacts,
  checkOptionNames,
  definePart,
  type OptionNames,
  type Part,
  type PartVariable,
  processEnvironment,
  readOptions,
  TransactionConflict,
  type TransactionPort,
} from '../../parts.ts'
import { type AuditBook, storeBook, type UnitBook } from './audit-book.ts'
import { auditCommands } from './audit-commands.ts'
import { AUDIT_FILE, auditFile } from './audit-file.ts'
import { AUDIT, type AuditLogOptions, checkTogether, ringOf } from './audit-options.ts'
import { callEvent, type Ending, type EventRules, endingOf, refusalEvent } from './call-event.ts'
import { checkpointCommands } from './checkpoint-commands.ts'
import { Checkpointing } from './checkpointing.ts'
import type { AuditPage, AuditQuery } from './find-entries.ts'
import { otlpExport } from './otlp/otlp-export.ts'
import { RefusalFloods } from './refusal-floods.ts'
import { sqlBook } from './sql/sql-book.ts'
import { isSameEnding, UnitEntries, type UnitEntry } from './unit-entries.ts'

/** An event of the app's own, as {@link AuditLog.append} takes it. */
export interface OwnEvent {
  /** Whom it is about, or who did it. */
  readonly subject?: string
  readonly tenant?: string
  /** Anything that has a JSON form. No secrets: it is written as it is. */
  readonly data?: Readonly<Record<string, unknown>>
}

/** What a log is verified against. */
export interface AuditCheck {
  /** Anchors of an earlier report. Default none: then nobody notices that the end is missing. */
  readonly anchor?: AuditAnchor | readonly AuditAnchor[] | null
  /** No anchor is a finding. Default false. */
  readonly needsAnchor?: boolean
}

/** The part of {@link auditLog}, and what the app can do with its log. */
export interface AuditLog extends Part {
  /**
   * Writes down something that is no call: `audit.append('key.rotated', { subject })`.
   *
   * @param unit what `data.db` gives: then it is written in that transaction, and kept with it or not at all.
   *   To be called last in it: others wait from then on. Default: a transaction of its own, which code that has
   *   a unit open must not ask for
   * @returns where it stands, once it is safe; in a unit, once that is committed
   * @throws TypeError for a name that is none, and for data with no JSON form
   * @throws Error when it cannot be written
   */
  append(name: string, event?: OwnEvent, unit?: unknown): Promise<AuditPlace>
  /** Verifies everything that is there. */
  verify(check?: AuditCheck): Promise<AuditReport>
  /** Entries in their order, a page at a time. What is found has not been verified. */
  find(query?: AuditQuery): Promise<AuditPage>
  /** How far each stream has come, to keep elsewhere: of a file as far as this process has written it. */
  anchors(): Promise<readonly AuditAnchor[]>
  /**
   * Makes what entries say of a subject unreadable for good, and writes down that it was done. Everything is
   * verified as before.
   *
   * @param tenant of one tenant alone. Default: of all
   * @returns how many keys were thrown away; 0 for somebody of whom nothing was written
   * @throws ImproperlyConfigured for a log that is not `erasable`
   */
  erase(subject: string, tenant?: string): Promise<number>
  /**
   * Removes what is older than `retain`, as the app does by itself every hour.
   *
   * @returns how many entries
   * @throws ImproperlyConfigured for a log without `retain`
   */
  prune(): Promise<number>
  /**
   * Signs how far the log is now, as the app does by itself every ten seconds.
   *
   * @returns `null` for a log with nothing in it
   * @throws ImproperlyConfigured for a log without `checkpoints`
   * @throws Error when the log or its tree is not what was signed before: then nothing more is signed
   */
  checkpoint(): Promise<AuditCheckpoint | null>
}

/** Of the sink, whose rows are no options of the part. */
const FILE_VARIABLES: readonly PartVariable[] = Object.entries({
  PATH: AUDIT_FILE.rows.path.doc,
  ROTATE: AUDIT_FILE.rows.rotate.doc,
  FSYNC: AUDIT_FILE.rows.fsync.doc,
}).map(([name, doc]) => ({ name: `${AUDIT_FILE.prefix}_${name}`, doc }))

const OWN_EVENT: OptionNames<OwnEvent> = { subject: true, tenant: true, data: true }
const CHECK: OptionNames<AuditCheck> = { anchor: true, needsAnchor: true }

/** The stream of entries that the log itself could not take. */
const FALLBACK = 'fallback/0'

const REFUSED: ReadonlySet<number> = new Set([401, 403, 429])
const NAME = /^[a-z][a-z0-9_.-]{0,127}$/

/**
 * A part that writes down who called what, and how it ended, so that a later change shows: every entry is
 * signed together with the one before it.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function auditLog(options: AuditLogOptions): AuditLog {
  const values = readOptions(AUDIT, options, { env: processEnvironment() })
  checkTogether(values)
  const ring = ringOf(values.keys)
  const { data, clock, erasable, retain } = values
  const opened: AuditBook =
    data === null
      ? storeBook(values.sink ?? auditFile(), ring, clock)
      : sqlBook({ data, ring, clock, erasable })
  const checkpoints =
    values.checkpoints === null ? null : new Checkpointing(values.checkpoints, opened.source, ring)
  const sender = otlpExport(values.otlp, opened.source, data, clock)
  const book = checkpoints === null ? opened : checkpoints.counted(opened)
  const { units } = book
  const inUnits = new UnitEntries()
  /** Of a stream of its own: put in the place of the log, it is known for what it is. */
  const fallback =
    values.fallback === null ? null : auditWriter(values.fallback, ring, clock, FALLBACK)
  const included = new Set(values.include)
  const closed = new Set(values.failClosed)
  const rules: EventRules = {
    redact: new Set(values.redact),
    meta: values.meta,
    most: values.arguments,
    digest: book.digest,
  }
  let lost = 0
  let since = 0
  let sweeper: ReturnType<typeof setInterval> | null = null

  /** What could not be written before is told of first. */
  async function write(event: AuditEvent): Promise<AuditPlace> {
    const count = lost
    if (count === 0) return book.append(event)
    lost = 0
    const told = book.append({ type: 'lost', count, since })
    const written = book.append(event)
    // Both are waited for: one of them may fail alone.
    const [first] = await Promise.allSettled([told, written])
    if (first.status === 'rejected') lost += count
    return written
  }

  /** Counted, and kept elsewhere where there is such a place. */
  async function lose(event: AuditEvent): Promise<void> {
    if (lost === 0) since = Math.floor(values.clock.now())
    lost++
    // There is nobody left to tell: the log line has been written.
    await fallback?.append(event).catch(() => undefined)
  }

  const floods = new RefusalFloods(
    () => values.clock.now(),
    (event) => {
      write(event).catch(() => lose(event))
    },
  )

  function isProtected(action: Action | null, call: Call): boolean {
    return action !== null && (action.audit === 'required' || closed.has(call.source))
  }

  function wants(call: Call, { action, driven }: AuditFacts, { status }: Ending): boolean {
    if (REFUSED.has(status) && included.has('refused')) return true
    if (action === null) return false
    if (isProtected(action, call)) return true
    if (action.audit !== null) return action.audit !== false
    if (included.has('reads')) return true
    if (included.has('changes') && action.changes) return true
    return included.has('agents') && driven === 'agent'
  }

  /** What the transaction of the call holds says something else than the caller is about to be told. */
  function writeBy({ place }: UnitEntry, event: CallEvent): Promise<AuditPlace> {
    const { call, outcome = 'failed', problem, status = 500 } = event
    const answer: AuditEvent = {
      type: 'answer',
      call,
      outcome,
      ...(problem === undefined ? {} : { problem }),
      status,
    }
    return units === null ? write(event) : units.appendBy(place, answer, event)
  }

  async function ended(call: Call, outcome: Outcome, facts: AuditFacts): Promise<void> {
    const ending = endingOf(outcome)
    const committed = units === null ? null : inUnits.end(call.callId, ending)
    if (committed !== null && isSameEnding(committed.ending, ending)) return
    if (committed === null && !wants(call, facts, ending)) return
    const event = callEvent(call, facts, ending, rules)
    const isCounted = committed === null && !isProtected(facts.action, call)
    if (isCounted && floods.counts(event)) return
    try {
      await (committed === null ? write(event) : writeBy(committed, event))
    } catch (err) {
      await lose(event)
      call.log.error({ err }, 'Audit entry lost')
      // A refusal stays one: nothing was done that would have to be taken back.
      if (outcome.kind === 'problem' || !isProtected(facts.action, call)) return
      throw facts.begun ? unwritten() : refused()
    }
  }

  async function prune(): Promise<number> {
    if (units !== null && retain !== null) return units.prune(clock.now() - retain)
    throw new ImproperlyConfigured('audit.prune() needs auditLog({ data, retain })')
  }

  function transactionOf(own: UnitBook): TransactionPort {
    const eventOf = (call: Call, facts: AuditFacts, ending: Ending) =>
      wants(call, facts, ending) ? callEvent(call, facts, ending, rules) : null
    return {
      // The head of a stream is the last that is locked: others wait for it.
      last: true,
      async begin({ callId }, unit) {
        if (!own.has(unit)) return
        inUnits.begin(callId)
        await own.begin(unit)
      },
      async beforeCommit({ callId, log }, unit) {
        if (!own.has(unit)) return
        const explain = (err: unknown) => {
          if (err instanceof TransactionConflict || isRetried(err)) return err
          log.error({ err }, 'Audit log cannot be written: what the call did is rolled back')
          return refused()
        }
        try {
          await inUnits.write(callId, eventOf, (event) => own.append(unit, event, explain))
        } catch (err) {
          throw explain(err)
        }
      },
    }
  }

  /** @throws Error in a call whose unit another transaction would wait for */
  async function refuseInside(): Promise<void> {
    const id = units?.writesBeside === false ? await currentCallId() : null
    if (id === null || !inUnits.hasBegun(id)) return
    throw new Error(
      'audit.append() in a call that has a unit open would wait for itself: give it the unit, `audit.append(name, event, db)`',
    )
  }

  const part = definePart({
    name: 'audit',
    options: AUDIT,
    variables: FILE_VARIABLES,
    audit: {
      async intent(call: Call, facts: AuditFacts): Promise<void> {
        const { action } = facts
        if (!isProtected(action, call)) return
        // What it does is committed with its entry, or not at all: there is nothing to announce.
        if (units !== null && action !== null && units.opens(action)) return
        try {
          if (units?.writesBeside === false && inUnits.hasBegun(call.callId)) {
            throw new Error(
              'A guard has opened data.db before: what is about to happen cannot be committed beside it',
            )
          }
          await write(callEvent(call, facts, null, rules))
        } catch (err) {
          call.log.error({ err }, 'Audit log cannot be written: the call is refused')
          throw refused()
        }
      },
      outcome(call, outcome, facts) {
        if (units !== null && facts.action?.changes === true) inUnits.expect(call, outcome, facts)
      },
      ended,
      refused(record: CallRecord): unknown {
        if (!REFUSED.has(record.status) || !included.has('refused')) return
        const event = refusalEvent(record)
        return floods.counts(event) ? undefined : write(event).catch(() => lose(event))
      },
    },
    ...(units === null ? {} : { transaction: transactionOf(units) }),
    // Behind a server of ours it is found out now; commands and tests that write nothing need no lock.
    start: async ({ host, log, name }) => {
      if (host === null) return
      await book.open()
      if (retain !== null) sweeper = startSweeper(prune, log)
      checkpoints?.start(log)
      sender?.start(name, log)
    },
    // While the database is there, whatever the order of the parts.
    drain: async () => {
      floods.flush()
      if (units === null) return
      await Promise.all([checkpoints?.stop(), sender?.stop()])
    },
    stop: async () => {
      if (sweeper !== null) clearInterval(sweeper)
      floods.flush()
      await Promise.all([checkpoints?.stop(), sender?.stop()])
      await book.close()
      await fallback?.close()
    },
    commands: [
      ...auditCommands({ ...book, keys: ring, checkpoints, ...(retain === null ? {} : { prune }) }),
      ...(checkpoints === null ? [] : checkpointCommands(checkpoints, book.ready)),
    ],
  })

  // Members of a part are checked by name; these are beside them.
  return Object.freeze(
    Object.create(part, {
      append: {
        value: async (name: string, event: OwnEvent = {}, unit?: unknown): Promise<AuditPlace> => {
          if (typeof name !== 'string' || !NAME.test(name)) {
            throw new TypeError("audit.append() needs a name such as 'key.rotated'")
          }
          checkOptionNames('audit.append()', event, OWN_EVENT)
          const { subject, tenant, data: more } = event
          const own: AuditEvent = {
            type: 'event',
            name,
            ...(subject === undefined ? {} : { subject }),
            ...(tenant === undefined ? {} : { tenant }),
            ...(more === undefined ? {} : { data: more }),
          }
          if (unit === undefined) {
            await refuseInside()
            return write(own)
          }
          if (units?.has(unit) === true) return units.append(unit, own)
          throw new TypeError("audit.append() takes a unit of the log's own database")
        },
      },
      verify: {
        value: async (check: AuditCheck = {}): Promise<AuditReport> => {
          checkOptionNames('audit.verify()', check, CHECK)
          return verifyAudit({ ...check, store: book.source, keys: ring })
        },
      },
      find: { value: (query: AuditQuery = {}): Promise<AuditPage> => book.find(query) },
      anchors: { value: () => book.anchors() },
      prune: { value: prune },
      checkpoint: {
        value: async (): Promise<AuditCheckpoint | null> => {
          if (checkpoints !== null) return checkpoints.make()
          throw new ImproperlyConfigured('audit.checkpoint() needs auditLog({ checkpoints })')
        },
      },
      erase: {
        value: async (subject: string, tenant?: string): Promise<number> => {
          if (typeof subject !== 'string' || subject === '') {
            throw new TypeError('audit.erase() needs a subject')
          }
          const erase = units?.erase ?? null
          if (erase !== null) return erase(subject, tenant ?? null)
          throw new ImproperlyConfigured(
            'audit.erase() needs auditLog({ data, erasable: true }): what has been written without cannot be taken back',
          )
        },
      },
    }),
  ) as AuditLog
}

/** `null` outside calls. Loaded by the database already: without one it would cost every call something. */
async function currentCallId(): Promise<string | null> {
  const { currentCall } = await import('../../current-call.ts')
  try {
    return currentCall().callId
  } catch {
    return null
  }
}

/** What PostgreSQL says where a transaction has to be done again, which whoever has it does. */
function isRetried(error: unknown): boolean {
  const code: unknown = Reflect.get(Object(error), 'code')
  return code === '40001' || code === '40P01'
}

/** Once now, and then every hour. */
function startSweeper(prune: () => Promise<number>, log: Logger): ReturnType<typeof setInterval> {
  const sweep = async () => {
    try {
      const count = await prune()
      if (count > 0) log.info({ count }, 'Old entries of the audit log were removed')
    } catch (err) {
      log.error({ err }, 'Old entries of the audit log could not be removed')
    }
  }
  void sweep()
  const timer = setInterval(sweep, 3_600_000)
  timer.unref?.()
  return timer
}

/** Before anything of the developer's has run, or after it was rolled back. */
function refused(): Problem {
  return new Problem('audit_failed', {
    fix: 'Nothing was done: repeat the call when the audit log can be written again.',
    details: { done: false },
  })
}

/** After it: saying that it failed would have it done twice. */
function unwritten(): Problem {
  return new Problem('audit_failed', {
    fix: 'The action was done, and its record could not be completed: look at what it did before it is repeated.',
    details: { done: true },
  })
}
