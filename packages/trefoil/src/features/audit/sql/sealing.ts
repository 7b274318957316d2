import {
  type AuditEntry,
  type AuditEvent,
  type AuditSource,
  readEntry,
  type StoredEntry,
} from '../../../audit-chain.ts'
import type { AnyDatabase } from '../../../database.ts'
import {
  ask,
  eventText,
  newPersonKey,
  openEvent,
  type PersonKey,
  sealEvent,
} from '../../../inner.ts'
import type { SqlRow, SqlStatements } from '../../../parts.ts'
import type { SqlJournal } from './sql-journal.ts'

const OF_SUBJECT = `select person, secret from trefoil_audit_people
  where subject = ? and coalesce(tenant, '') = cast(? as text) order by person limit 1`
const ADD = 'insert into trefoil_audit_people (person, subject, tenant, secret) values (?, ?, ?, ?)'
const SECRET = 'select secret from trefoil_audit_people where person = ?'
const PEOPLE = 'select person from trefoil_audit_people where subject = ?'
/** Written over first: SQLite leaves what it deletes where it is until something else needs the place. */
const BLANK = `update trefoil_audit_people set secret = ?, subject = '' where person = ?`
const DELETE = 'delete from trefoil_audit_people where person = ?'

const NOTHING = new Uint8Array(32)

/**
 * Keys of the persons that entries are about, kept beside the entries: what is sealed with one can be read
 * until the key is thrown away, and verified for ever.
 */
export class Sealing {
  readonly #data: AnyDatabase

  constructor(data: AnyDatabase) {
    this.#data = data
  }

  /** In a transaction that is committed with the entry: a key without an entry is worth nothing. */
  async seal(statements: SqlStatements, event: AuditEvent): Promise<AuditEvent> {
    if (!('subject' in event) || typeof event.subject !== 'string') return event
    const { subject, tenant = '' } = event
    return sealEvent(event, await keyOf(statements, subject.toWellFormed(), tenant.toWellFormed()))
  }

  /** Throws the keys of a subject away, and writes that down. @returns how many there were */
  erase(journal: SqlJournal, subject: string, tenant: string | null): Promise<number> {
    return this.#data.unit(async (db) => {
      const statements = this.#data.statements(db)
      const ofTenant = tenant === null ? '' : ` and coalesce(tenant, '') = cast(? as text)`
      const values = tenant === null ? [subject] : [subject, tenant]
      const rows = await statements.run(`${PEOPLE}${ofTenant}`, values)
      const written = []
      for (const { person } of rows) {
        await statements.run(BLANK, [NOTHING, String(person)])
        await statements.run(DELETE, [String(person)])
        const event: AuditEvent = { type: 'erased', person: String(person) }
        written.push({ event, text: eventText(event) })
      }
      await journal.appendIn(statements, written)
      return rows.length
    })
  }

  /** What entries call a subject: for whoever looks for them. */
  async peopleOf(subject: string): Promise<readonly string[]> {
    return (await this.#ask(PEOPLE, [subject])).map(({ person }) => String(person))
  }

  /** The entry with what is sealed in it, as long as there is a key. */
  async open(entry: AuditEntry, keys: Map<string, PersonKey | null>): Promise<AuditEntry> {
    const { event } = entry
    if (!('sealed' in event) || event.person === undefined) return entry
    const { person } = event
    let key = keys.get(person)
    if (key === undefined) {
      const [row] = await this.#ask(SECRET, [person])
      key = row === undefined ? null : keyFrom(person, row)
      keys.set(person, key)
    }
    const open = key === null ? null : openEvent(event, key)
    return open === null ? entry : { ...entry, event: open }
  }

  opened(source: AuditSource): Pick<AuditSource, 'read'> {
    const open = (entry: AuditEntry, keys: Map<string, PersonKey | null>) => this.open(entry, keys)
    return {
      async *read(stream?: string) {
        const keys = new Map<string, PersonKey | null>()
        for await (const stored of source.read(stream)) {
          yield 'broken' in stored ? stored : await readable(stored, (one) => open(one, keys))
          if (keys.size > MOST_KEYS) keys.clear()
        }
      },
    }
  }

  #ask(text: string, values: readonly string[]): Promise<readonly SqlRow[]> {
    return ask(this.#data.queries(), this.#data.dialect, text, values)
  }
}

/** Kept while a log is read through. */
const MOST_KEYS = 10_000

async function readable(
  stored: StoredEntry,
  open: (entry: AuditEntry) => Promise<AuditEntry>,
): Promise<StoredEntry> {
  const entry = readEntry(stored.text)
  if (entry === null) return stored
  const opened = await open(entry)
  return opened === entry ? stored : { ...stored, text: JSON.stringify(opened) }
}

async function keyOf(
  statements: SqlStatements,
  subject: string,
  tenant: string,
): Promise<PersonKey> {
  const [row] = await statements.run(OF_SUBJECT, [subject, tenant])
  if (row !== undefined) return keyFrom(String(row['person']), row)
  // Two that come for the first time at once make two: each opens what was sealed with it.
  const key = newPersonKey()
  await statements.run(ADD, [key.person, subject, tenant === '' ? null : tenant, key.secret])
  return key
}

function keyFrom(person: string, { secret }: SqlRow): PersonKey {
  if (!(secret instanceof Uint8Array)) throw new Error('A key of the audit log cannot be read')
  return { person, secret }
}
