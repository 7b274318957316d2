import type { Awaitable } from '../../base/promise.ts'

/** An entry of an audit log as it is kept: its text to the letter, because the hash is over that. */
export interface StoredEntry {
  /** Hash of the entry before it; 64 zeros for the first. */
  readonly prev: string
  /** HMAC-SHA256 over `prev` and `text`, 64 lower-case hex digits. */
  readonly hash: string
  /** Canonical JSON of the entry. */
  readonly text: string
}

/** What stands where an entry should be. */
export interface BrokenEntry {
  /** `torn`: the last one, cut off while it was written. */
  readonly broken: 'torn' | 'malformed'
}

/** What was removed from the beginning of a stream because it was old enough: signed, or it would be a deletion. */
export interface PrunedRecord {
  /** The last entry that was removed. */
  readonly seq: number
  readonly hash: string
  /** Which key it is signed with. */
  readonly kid: string
  readonly mac: string
}

/** What a store found when it was opened. */
export interface AuditOpening {
  /** The last entry; `null` for none. */
  readonly last: StoredEntry | null
  /** Bytes of an entry that was cut off while it was written, and is taken away now; 0 for none. */
  readonly torn: number
}

/**
 * Where the entries of one stream are kept, in their order. One writer at a time has it open: two would
 * fork the chain (SW-26). Reading needs no opening, and goes on beside a writer.
 */
export interface AuditStore {
  /**
   * Takes the writer's place, or looks again where it has it already.
   *
   * @throws Error when another process has it, or its end cannot be read: never begins anew by itself
   */
  open(): Awaitable<AuditOpening>
  /**
   * Writes all of them, in order, or none. They are safe when it resolves. Where it throws, it is opened
   * again before the next.
   *
   * @throws Error when they are not written, or `prev` of the first is not the hash of the last
   */
  append(entries: readonly StoredEntry[]): Awaitable<void>
  /**
   * Everything that is there, in the order in which it stands, sound or not.
   *
   * @param stream of a store that keeps several, which one. Default: all, one after another
   * @param after entries up to this number are not needed: a store may pass over them, or give them all the same
   */
  read(stream?: string, after?: number): AsyncIterable<StoredEntry | BrokenEntry>
  /** Names of the streams there are, for a store that keeps several. */
  streams?(): Awaitable<readonly string[]>
  /** What has been removed from the beginning of a stream; `null` for nothing. */
  pruned?(stream: string): Awaitable<PrunedRecord | null>
  /** Gives the writer's place up. */
  close(): Awaitable<void>
}
