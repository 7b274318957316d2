import type { PrunedRecord, StoredEntry } from '../../contract/ports/audit-store.ts'
import { type AuditAnchor, makeAnchor, makePruned } from './anchor.ts'
import { ChainKeys, type ChainRing, GENESIS } from './chain-keys.ts'
import { type AuditPlace, entryText, readEntry } from './entry.ts'

/** An entry that stands behind another one. */
export interface LinkedEntry extends StoredEntry {
  readonly place: AuditPlace
}

/** What entries are chained with, for those who keep them in a way of their own. */
export interface AuditLinks {
  /**
   * Entries behind one another, and all of them behind `after`.
   *
   * @param after the last of the stream; `null` for none
   * @param texts of events, by `eventText()`
   */
  link(
    stream: string,
    after: AuditPlace | null,
    texts: readonly string[],
    time: number,
  ): readonly LinkedEntry[]
  /**
   * Where the last entry of a stream stands. Nothing is built on an end that somebody else may have written.
   *
   * @throws Error for one that is not of the stream, or of no key of the ring
   */
  check(stream: string, last: StoredEntry): AuditPlace
  /** How far a stream has come, to keep elsewhere. */
  anchor(place: AuditPlace): AuditAnchor
  /** Signs that a stream has been removed up to a place, because it was old enough. */
  pruned(place: AuditPlace): PrunedRecord
  /** Digest of a value that must not be read, by the key of now. */
  digest(text: string): string
}

/** @throws ImproperlyConfigured for a key that is too short */
export function auditLinks(ring: ChainRing): AuditLinks {
  return linksOf(new ChainKeys(ring))
}

export function linksOf(keys: ChainKeys): AuditLinks {
  return Object.freeze({
    link(stream: string, after: AuditPlace | null, texts: readonly string[], time: number) {
      const key = keys.current
      let { seq, hash: prev } = after ?? { seq: -1, hash: GENESIS }
      return texts.map((event) => {
        seq++
        const text = entryText({ stream, seq, time, kid: key.id }, event)
        const hash = key.chain(prev, text)
        const entry = { prev, hash, text, place: { stream, seq, hash } }
        prev = hash
        return entry
      })
    },
    check: (stream: string, last: StoredEntry) => check(keys, stream, last),
    anchor: (place: AuditPlace) => makeAnchor(place, keys),
    pruned: (place: AuditPlace) => makePruned(place, keys),
    digest: (text: string) => keys.current.digest(text),
  })
}

function check(keys: ChainKeys, stream: string, last: StoredEntry): AuditPlace {
  const entry = readEntry(last.text)
  if (entry === null) throw new Error('The last entry of the audit log cannot be read')
  if (entry.stream !== stream) {
    throw new Error(`The audit log holds the stream '${entry.stream}', and not '${stream}'`)
  }
  const key = keys.find(entry.kid)
  if (key === null) {
    throw new Error(
      `The last entry of the audit log is of the key ${entry.kid}, which is none of keys; keep it in the ring as a previous one`,
    )
  }
  if (key.chain(last.prev, last.text) !== last.hash) {
    throw new Error(
      'The last entry of the audit log does not match its hash; see `trefoil audit verify`',
    )
  }
  return { stream, seq: entry.seq, hash: last.hash }
}
