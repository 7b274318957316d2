import type { AuditOpening, AuditStore, StoredEntry } from '../../contract/ports/audit-store.ts'

/** An audit log in this process: for tests, and for trying things out. */
export interface MemoryAudit extends AuditStore {
  /** What is there, in order. */
  readonly entries: readonly StoredEntry[]
}

const DEFAULT_MOST = 100_000

/**
 * Makes an audit store that ends with its process. When it is full it takes nothing more: what is not
 * written down must be noticed, and not push out what was.
 *
 * @param most entries. Default 100,000
 */
export function memoryAudit(most: number = DEFAULT_MOST): MemoryAudit {
  const entries: StoredEntry[] = []
  let isOpen = false
  return Object.freeze({
    get entries(): readonly StoredEntry[] {
      return Object.freeze([...entries])
    },
    open(): AuditOpening {
      isOpen = true
      return { last: entries.at(-1) ?? null, torn: 0 }
    },
    append(added: readonly StoredEntry[]): void {
      if (!isOpen) throw new Error('memoryAudit(): is not open')
      if (entries.length + added.length > most) {
        throw new Error(`memoryAudit(): is full, with ${most} entries`)
      }
      const last = entries.at(-1)
      if (last !== undefined && added[0]?.prev !== last.hash) {
        throw new Error('memoryAudit(): the first entry does not follow the last')
      }
      for (const { prev, hash, text } of added) entries.push(Object.freeze({ prev, hash, text }))
    },
    async *read(): AsyncIterable<StoredEntry> {
      for (let index = 0; index < entries.length; index++) yield entries[index] as StoredEntry
    },
    close(): void {
      isOpen = false
    },
  })
}
