import {
  type AuditEntry,
  type ChainRing,
  readEntry,
  type StoredEntry,
} from '../../../audit-chain.ts'
import type { AnyDatabase } from '../../../database.ts'
import type { Action, Clock, Dependency } from '../../../index.ts'
import { type AuditLinks, auditLinks, eventText, type PersonKey } from '../../../inner.ts'
import { effectsOf } from '../../../parts.ts'
import type { AuditBook } from '../audit-book.ts'
import { auditTables } from './audit-tables.ts'
import { isThere } from './entry-rows.ts'
import { findRows } from './find-rows.ts'
import { Pruning } from './pruning.ts'
import { Sealing } from './sealing.ts'
import { SqlEntries } from './sql-entries.ts'
import { SqlJournal } from './sql-journal.ts'

/** What a {@link sqlBook} is made of. */
export interface SqlBookOptions {
  readonly data: AnyDatabase
  readonly ring: ChainRing
  readonly clock: Clock
  /** What is personal can be made unreadable afterwards. */
  readonly erasable: boolean
}

/** A log in tables of a database. */
export function sqlBook({ data, ring, clock, erasable }: SqlBookOptions): AuditBook {
  data.tables('audit', auditTables(data.dialect))
  const links: AuditLinks = auditLinks(ring)
  const entries = new SqlEntries(data)
  const sealing = erasable ? new Sealing(data) : null
  const seal = sealing === null ? null : sealing.seal.bind(sealing)
  const journal = new SqlJournal({ data, links, clock, seal })
  const pruning = new Pruning({ data, links, journal })
  const opening = new WeakMap<Action, boolean>()
  const written = (event: Parameters<typeof eventText>[0]) => ({ event, text: eventText(event) })
  return {
    source: entries,
    readable: sealing === null ? entries : sealing.opened(entries),
    append: (event) => journal.append(event),
    digest: (text) => links.digest(text),
    open: async () => {},
    ready: () => data.needTables('audit'),
    close: () => journal.idle(),
    async anchors() {
      const anchors = []
      for (const stream of await entries.streams()) {
        const last = await entries.last(stream)
        if (last !== null) anchors.push(links.anchor(links.check(stream, last)))
      }
      return anchors
    },
    find: (query) => findRows(data, query, sealing),
    last: async (count) => openedAll(await entries.latest(count), sealing),
    news: () => {
      const next = entries.news()
      return async () => openedAll(await next(), sealing)
    },
    units: {
      has: (unit) => {
        try {
          return data.statements(unit) !== null
        } catch {
          // Of another database.
          return false
        }
      },
      opens(action) {
        let opens = opening.get(action)
        if (opens === undefined) {
          opens =
            effectsOf(action) === 'database' &&
            action.dependencies.some(([, dependency]) => asksFor(dependency, data.db))
          opening.set(action, opens)
        }
        return opens
      },
      writesBeside: data.dialect === 'postgres',
      begin: (unit) => journal.begin(data.statements(unit)),
      async append(unit, event, explain = (error) => error) {
        const afterCommit = (tell: () => void) => data.afterCommit(unit, tell)
        const late = { afterCommit, explain }
        const [place] = await journal.appendIn(data.statements(unit), [written(event)], late)
        if (place === undefined) throw new Error('An entry of the audit log was not written')
        return place
      },
      appendBy: (place, there, missing) =>
        data.unit(async (db) => {
          const statements = data.statements(db)
          const event = (await isThere(statements, place)) ? there : missing
          const [own] = await journal.appendIn(statements, [written(event)])
          return own ?? place
        }),
      prune: (before) => pruning.prune(before),
      erase: sealing === null ? null : (subject, tenant) => sealing.erase(journal, subject, tenant),
    },
  }
}

async function openedAll(
  stored: readonly StoredEntry[],
  sealing: Sealing | null,
): Promise<readonly AuditEntry[]> {
  const read = stored.map(({ text }) => readEntry(text)).filter((entry) => entry !== null)
  if (sealing === null) return read
  const keys = new Map<string, PersonKey | null>()
  return Promise.all(read.map((entry) => sealing.open(entry, keys)))
}

function asksFor(dependency: Dependency<unknown>, wanted: unknown, depth = 0): boolean {
  if (dependency === wanted) return true
  // One that uses itself is refused when it is resolved, and not here.
  if (depth > 32) return false
  return Object.values(dependency.uses()).some((used) => asksFor(used, wanted, depth + 1))
}
