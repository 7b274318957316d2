import {
  type AuditAnchor,
  type AuditEntry,
  type AuditEvent,
  type AuditPlace,
  type AuditSource,
  type AuditStore,
  auditWriter,
  type ChainRing,
  readEntry,
} from '../../audit-chain.ts'
import type { Action, Clock } from '../../index.ts'
import { type AuditPage, type AuditQuery, findEntries } from './find-entries.ts'

/** Where a log is kept, and what writes it. */
export interface AuditBook {
  /** To verify it by: to the letter. */
  readonly source: AuditSource
  /** To read it by: what is sealed is open in it, where there is a key. */
  readonly readable: Pick<AuditSource, 'read'>
  /**
   * @returns where it stands, once it is safe
   * @throws Error when it cannot be written
   */
  append(event: AuditEvent): Promise<AuditPlace>
  /** Digest of a value that must not be read. */
  digest(text: string): string
  /** Makes ready before there is anything to write. @throws Error when that fails */
  open(): Promise<void>
  /** Before it is read by a command, without the app. @throws Error saying what to do where it cannot be */
  readonly ready: () => Promise<void>
  /** Writes what waits. */
  close(): Promise<void>
  /** How far each stream has come. */
  anchors(): Promise<readonly AuditAnchor[]>
  find(query: AuditQuery): Promise<AuditPage>
  /** The last entries, in their order. */
  last(count: number): Promise<readonly AuditEntry[]>
  /** What has come since it was last asked, and everything at first. */
  news(): () => Promise<readonly AuditEntry[]>
  /** For one in a database; `null` for others. */
  readonly units: UnitBook | null
}

/** What a log in a database has beside: entries in the transactions of calls. */
export interface UnitBook {
  /** True for what a unit of this database gives. */
  has(unit: unknown): boolean
  /** True for an action that asks for the unit of the database: what it does is committed with its entry. */
  opens(action: Action): boolean
  /** True where somebody who has a unit may write in another transaction meanwhile. */
  readonly writesBeside: boolean
  begin(unit: unknown): Promise<void>
  /** @param explain makes of an error what the commit throws, where the entry goes with it. Default: itself */
  append(
    unit: unknown,
    event: AuditEvent,
    explain?: (error: unknown) => unknown,
  ): Promise<AuditPlace>
  /** Writes one event where an entry has been committed, and another one where it has not. */
  appendBy(place: AuditPlace, there: AuditEvent, missing: AuditEvent): Promise<AuditPlace>
  /** Removes what is older, in whole segments. @returns how many entries */
  prune(before: number): Promise<number>
  /** Forgets who somebody was: `null` where nothing is sealed. @returns how many keys were thrown away */
  readonly erase: ((subject: string, tenant: string | null) => Promise<number>) | null
}

/** A log in a store of one stream, such as a file. */
export function storeBook(store: AuditStore, ring: ChainRing, clock: Clock): AuditBook {
  const writer = auditWriter(store, ring, clock)
  return {
    source: store,
    readable: store,
    append: (event) => writer.append(event),
    digest: (text) => writer.digest(text),
    open: () => writer.open(),
    ready: async () => undefined,
    close: () => writer.close(),
    anchors: async () => [writer.anchor()].filter((anchor) => anchor !== null),
    find: (query) => findEntries(store, query),
    last: async (count) => {
      const last: AuditEntry[] = []
      for await (const entry of entriesOf(store)) {
        last.push(entry)
        if (last.length > count) last.shift()
      }
      return last
    },
    news: () => {
      let after = -1
      return async () => {
        const come: AuditEntry[] = []
        for await (const entry of entriesOf(store)) if (entry.seq > after) come.push(entry)
        after = come.at(-1)?.seq ?? after
        return come
      }
    },
    units: null,
  }
}

/** Those that can be read, in their order. */
export async function* entriesOf(store: Pick<AuditSource, 'read'>): AsyncIterable<AuditEntry> {
  for await (const stored of store.read()) {
    const entry = 'broken' in stored ? null : readEntry(stored.text)
    if (entry !== null) yield entry
  }
}
