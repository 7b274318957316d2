import {
  type AuditAnchor,
  type AuditEvent,
  type AuditPlace,
  type AuditReport,
  auditWriter,
  verifyAudit,
} from '../../audit-chain.ts'
import { type Action, type Call, type CallRecord, type Outcome, Problem } from '../../index.ts'
import {
  type AuditFacts,
  checkOptionNames,
  definePart,
  type OptionNames,
  type Part,
  type PartVariable,
  processEnvironment,
  readOptions,
} from '../../parts.ts'
import { auditCommands } from './audit-commands.ts'
import { AUDIT_FILE, auditFile } from './audit-file.ts'
import { AUDIT, type AuditLogOptions, ringOf } from './audit-options.ts'
import { callEvent, type Ending, type EventRules, endingOf, refusalEvent } from './call-event.ts'
import { type AuditPage, type AuditQuery, findEntries } from './find-entries.ts'
import { RefusalFloods } from './refusal-floods.ts'

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
  /** The anchor of an earlier report. Default none: then nobody notices that the end is missing. */
  readonly anchor?: AuditAnchor | null
  /** No anchor is a finding. Default false. */
  readonly needsAnchor?: boolean
}

/** The part of {@link auditLog}, and what the app can do with its log. */
export interface AuditLog extends Part {
  /**
   * Writes down something that is no call: `audit.append('key.rotated', { subject })`.
   *
   * @returns where it stands, once it is safe
   * @throws TypeError for a name that is none, and for data with no JSON form
   * @throws Error when it cannot be written
   */
  append(name: string, event?: OwnEvent): Promise<AuditPlace>
  /** Verifies everything that is there. */
  verify(check?: AuditCheck): Promise<AuditReport>
  /** Entries in their order, a page at a time. What is found has not been verified. */
  find(query?: AuditQuery): Promise<AuditPage>
  /** How far this process has written, to keep elsewhere; `null` for nothing yet. */
  anchor(): AuditAnchor | null
}

/** Of the sink, whose rows are no options of the part. */
const FILE_VARIABLES: readonly PartVariable[] = Object.entries({
  PATH: AUDIT_FILE.rows.path.doc,
  ROTATE: AUDIT_FILE.rows.rotate.doc,
  FSYNC: AUDIT_FILE.rows.fsync.doc,
}).map(([name, doc]) => ({ name: `${AUDIT_FILE.prefix}_${name}`, doc }))

const OWN_EVENT: OptionNames<OwnEvent> = { subject: true, tenant: true, data: true }
const CHECK: OptionNames<AuditCheck> = { anchor: true, needsAnchor: true }

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
  const store = values.sink ?? auditFile()
  const ring = ringOf(values.keys)
  const writer = auditWriter(store, ring, values.clock)
  const included = new Set(values.include)
  const closed = new Set(values.failClosed)
  const rules: EventRules = {
    redact: new Set(values.redact),
    meta: values.meta,
    most: values.arguments,
    digest: writer.digest,
  }
  let lost = 0
  let since = 0

  /** What could not be written before is told of first. */
  async function write(event: AuditEvent): Promise<AuditPlace> {
    const count = lost
    if (count === 0) return writer.append(event)
    lost = 0
    const told = writer.append({ type: 'lost', count, since })
    const written = writer.append(event)
    // Both are waited for: one of them may fail alone.
    const [first] = await Promise.allSettled([told, written])
    if (first.status === 'rejected') lost += count
    return written
  }

  function lose(): void {
    if (lost === 0) since = Math.floor(values.clock.now())
    lost++
  }

  const floods = new RefusalFloods(
    () => values.clock.now(),
    (event) => {
      write(event).catch(lose)
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

  async function ended(call: Call, outcome: Outcome, facts: AuditFacts): Promise<void> {
    const ending = endingOf(outcome)
    if (!wants(call, facts, ending)) return
    const event = callEvent(call, facts, ending, rules)
    if (!isProtected(facts.action, call) && floods.counts(event)) return
    try {
      await write(event)
    } catch (err) {
      lose()
      call.log.error({ err }, 'Audit entry lost')
      // A refusal stays one: nothing was done that would have to be taken back.
      if (outcome.kind === 'problem' || !isProtected(facts.action, call)) return
      throw facts.begun ? unwritten() : refused()
    }
  }

  const part = definePart({
    name: 'audit',
    options: AUDIT,
    variables: FILE_VARIABLES,
    audit: {
      async intent(call: Call, facts: AuditFacts): Promise<void> {
        if (!isProtected(facts.action, call)) return
        try {
          await write(callEvent(call, facts, null, rules))
        } catch (err) {
          call.log.error({ err }, 'Audit log cannot be written: the call is refused')
          throw refused()
        }
      },
      outcome: () => {},
      ended,
      refused(record: CallRecord): unknown {
        if (!REFUSED.has(record.status) || !included.has('refused')) return
        const event = refusalEvent(record)
        return floods.counts(event) ? undefined : write(event).catch(lose)
      },
    },
    // Behind a server of ours it is found out now; commands and tests that write nothing need no lock.
    start: async ({ host }) => {
      if (host !== null) await writer.open()
    },
    stop: () => {
      floods.flush()
      return writer.close()
    },
    commands: auditCommands(store, ring),
  })

  // Members of a part are checked by name; these are beside them.
  return Object.freeze(
    Object.create(part, {
      append: {
        value: async (name: string, event: OwnEvent = {}): Promise<AuditPlace> => {
          if (typeof name !== 'string' || !NAME.test(name)) {
            throw new TypeError("audit.append() needs a name such as 'key.rotated'")
          }
          checkOptionNames('audit.append()', event, OWN_EVENT)
          const { subject, tenant, data } = event
          return write({
            type: 'event',
            name,
            ...(subject === undefined ? {} : { subject }),
            ...(tenant === undefined ? {} : { tenant }),
            ...(data === undefined ? {} : { data }),
          })
        },
      },
      verify: {
        value: async (check: AuditCheck = {}): Promise<AuditReport> => {
          checkOptionNames('audit.verify()', check, CHECK)
          return verifyAudit({ ...check, store, keys: ring })
        },
      },
      find: { value: (query: AuditQuery = {}): Promise<AuditPage> => findEntries(store, query) },
      anchor: { value: () => writer.anchor() },
    }),
  ) as AuditLog
}

/** Before anything of the developer's has run. */
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
