import type { BrokenEntry, PrunedRecord, StoredEntry } from '../../contract/ports/audit-store.ts'
import { type AuditAnchor, isOwnAnchor, isOwnPruned, makeAnchor } from './anchor.ts'
import { type ChainKeys, GENESIS, isHash } from './chain-keys.ts'
import type { AuditPlace } from './entry.ts'
import { type EntryEnvelope, readEntry, readEnvelope } from './entry.ts'
import { type AuditFinding, type AuditFindingCode, makeFinding } from './findings.ts'

/** What the verification of an audit log came to. */
export interface AuditReport {
  /** False where somebody has changed the log, or it cannot be verified with these keys. */
  readonly ok: boolean
  /** How many entries were looked at. */
  readonly entries: number
  /**
   * Of the last sound entry of each stream: to keep elsewhere, and to verify with next time. None for a stream
   * without an entry.
   */
  readonly anchors: readonly AuditAnchor[]
  /** In the order in which they were found, at most 1000. */
  readonly findings: readonly AuditFinding[]
}

/** What a log is verified against, beside the keys. */
export interface VerifierOptions {
  readonly keys: ChainKeys
  readonly stream: string
  /** What was removed from the beginning; `null` for nothing. */
  readonly pruned: PrunedRecord | null
  /** `null`: what is missing at the end cannot be noticed. */
  readonly anchor: AuditAnchor | null
  /** No anchor is a finding. */
  readonly needsAnchor: boolean
}

const MOST_FINDINGS = 1000
/** Clocks are set right by so much without being told of. */
const TOLERANCE = 60_000

interface Position {
  readonly entry: EntryEnvelope
  readonly stored: StoredEntry
  readonly at: number
}

/**
 * Goes through the entries of one stream once, in the order in which they stand, and says what is wrong.
 * Pure: asks no store, no clock. Of what went by it keeps eight bytes an entry.
 */
export class AuditVerifier {
  readonly #options: VerifierOptions
  readonly #findings: AuditFinding[] = []
  /** Numbers that were passed over, until they turn up further down. */
  readonly #missing = new Map<number, number>()
  /** From the first number that can be there: one far from 0 would make a list of holes, which is slow. */
  readonly #seen: number[] = []
  #first = 0
  /** Entries with a wrong hash, until the next sound one says what they were. */
  #bad: Position[] = []
  #last: (AuditPlace & { readonly time: number }) | null = null
  #count = 0
  #unknown = 0
  #known = 0
  #anchorMet = false

  constructor(options: VerifierOptions) {
    this.#options = options
    const { anchor, needsAnchor, keys, stream } = options
    if (anchor === null && needsAnchor) this.#find('anchor_missing', null, 0)
    if (anchor !== null && (anchor.stream !== stream || !isOwnAnchor(anchor, keys))) {
      this.#find('anchor_forged', null, 0)
      this.#anchorMet = true
    }
    this.#begin()
  }

  /** Where the beginning was removed with leave, the first entry is the one behind it. */
  #begin(): void {
    const { pruned, stream, keys } = this.#options
    if (pruned === null) return
    const { seq, hash } = pruned
    if (!isOwnPruned(stream, pruned, keys)) {
      this.#find('pruned_forged', null, 0)
      return
    }
    this.#first = seq + 1
    this.#last = { stream, seq, hash, time: Number.NEGATIVE_INFINITY }
    this.#find('pruned', seq, 0)
    this.#meetAnchor(seq, hash, 0)
  }

  add(stored: StoredEntry | BrokenEntry): void {
    const at = ++this.#count
    if ('broken' in stored) {
      this.#find(stored.broken, null, at)
      return
    }
    const { prev, hash, text } = stored
    const entry = prev === this.#last?.hash || isHash(prev) ? readEnvelope(text) : null
    const key = entry === null ? null : this.#options.keys.find(entry.kid)
    // What the key makes is a hash, and need not be looked at.
    const isSound = key !== null && key.chain(prev, text) === hash
    if (entry === null || !(isSound || isHash(hash))) {
      this.#find('malformed', null, at)
      return
    }
    if (key === null) {
      this.#unknown++
      this.#find('unknown_key', entry.seq, at)
      this.#goOn(entry, stored)
      return
    }
    this.#known++
    if (!isSound) {
      this.#addBad(stored, at)
      return
    }
    if (entry.stream !== this.#options.stream) {
      this.#find('foreign_stream', entry.seq, at)
      return
    }
    this.#place({ entry, stored, at })
  }

  /** Nobody has signed it: it is looked at as a whole, and may be no entry at all. */
  #addBad(stored: StoredEntry, at: number): void {
    const entry = readEntry(stored.text)
    if (entry === null) this.#find('malformed', null, at)
    else this.#bad.push({ entry, stored, at })
  }

  /** Where everything has been added. */
  end(): AuditReport {
    this.#endBad()
    for (const [seq, at] of [...this.#missing].slice(0, 1)) {
      this.#find(seq === 0 ? 'head_missing' : 'deleted', seq, at)
    }
    this.#endMissing()
    const { anchor, keys } = this.#options
    if (anchor !== null && !this.#anchorMet && (this.#last?.seq ?? -1) < anchor.seq) {
      this.#find('truncated', anchor.seq, 0)
    }
    const isForeign = this.#unknown > 0 && this.#known === 0
    const findings = isForeign
      ? [
          ...this.#findings.filter(({ code }) => code !== 'unknown_key'),
          makeFinding('wrong_key', this.#options.stream, null, 0),
        ]
      : this.#findings
    return Object.freeze({
      ok: !findings.some(({ tampered }) => tampered),
      entries: this.#count,
      anchors: this.#last === null || isForeign ? [] : [makeAnchor(this.#last, keys)],
      findings: Object.freeze([...findings]),
    })
  }

  /** Of an entry that some key of the ring has signed, where it belongs. */
  #place({ entry, stored, at }: Position): void {
    const { seq } = entry
    this.#resolveBad(entry, stored)
    const expected = (this.#last?.seq ?? -1) + 1
    if (seq < expected) {
      const before = this.#seen[seq - this.#first]
      if (before === undefined) {
        this.#missing.delete(seq)
        this.#find('reordered', seq, at)
        this.#see(seq, stored.hash)
      } else {
        this.#find(before === mark(stored.hash) ? 'duplicated' : 'forked', seq, at)
      }
      return
    }
    const follows = stored.prev === (this.#last?.hash ?? GENESIS)
    if (seq > expected) {
      if (follows) this.#find('gap', seq, at)
      // Not one by one: a number out of nowhere would have it count for ever.
      else
        for (let one = expected; one < Math.min(seq, expected + 100_000); one++)
          this.#missing.set(one, at)
    } else if (!follows) {
      this.#find('spliced', seq, at)
    }
    if (this.#last !== null && entry.time < this.#last.time - TOLERANCE) {
      this.#find('clock_back', seq, at)
    }
    if (isLost(stored.text)) this.#find('lost', seq, at)
    this.#meetAnchor(seq, stored.hash, at)
    this.#goOn(entry, stored)
  }

  #meetAnchor(seq: number, hash: string, at: number): void {
    const { anchor } = this.#options
    if (this.#anchorMet || anchor === null || anchor.seq !== seq) return
    this.#anchorMet = true
    if (anchor.hash !== hash) this.#find('rewritten', seq, at)
  }

  #goOn({ seq, time, stream }: EntryEnvelope, { hash }: StoredEntry): void {
    this.#see(seq, hash)
    this.#last = { stream, seq, hash, time }
  }

  #see(seq: number, hash: string): void {
    if (seq >= this.#first) this.#seen[seq - this.#first] = mark(hash)
  }

  /** A sound entry says of the ones before it whether they are in its chain. */
  #resolveBad(entry: EntryEnvelope, stored: StoredEntry): void {
    if (this.#bad.length === 0) return
    const bad = this.#bad
    this.#bad = []
    const isWithout = stored.prev === (this.#last?.hash ?? GENESIS)
    for (const { entry: odd, stored: of, at } of bad) {
      this.#find(isWithout ? 'inserted' : 'edited', odd.seq, at)
      if (isWithout) continue
      // Its number is taken, and what it stands for is in the chain by the hash that it had.
      const { prev } = stored
      const isBefore = odd.seq === entry.seq - 1
      this.#goOn({ ...odd, stream: entry.stream }, isBefore ? { ...of, hash: prev } : of)
    }
  }

  /** At the end nobody follows who could say. */
  #endBad(): void {
    const bad = this.#bad
    const first = bad[0]
    if (first === undefined) return
    const isRun =
      bad.length > 1 &&
      bad.every(({ stored }, index) => index === 0 || stored.prev === bad[index - 1]?.stored.hash)
    if (isRun) {
      this.#find('rehashed', first.entry.seq, first.at)
    } else {
      for (const { entry, at } of bad) this.#find('edited', entry.seq, at)
    }
    // What was done away with is said once.
    const { anchor } = this.#options
    const reaches = bad.some(({ entry }) => anchor !== null && entry.seq >= anchor.seq)
    if (reaches) this.#anchorMet = true
  }

  /** Each stretch of missing numbers once, its first having been told. */
  #endMissing(): void {
    let before: number | null = null
    for (const [seq, at] of this.#missing) {
      if (before !== null && seq !== before + 1) this.#find('deleted', seq, at)
      before = seq
    }
  }

  #find(code: AuditFindingCode, seq: number | null, position: number): void {
    if (this.#findings.length < MOST_FINDINGS) {
      this.#findings.push(makeFinding(code, this.#options.stream, seq, position))
    }
  }
}

/** Texts that begin like one are read, and few do: members are in their order, and it has no other ones. */
function isLost(text: string): boolean {
  return text.startsWith('{"event":{"count":') && readEntry(text)?.event.type === 'lost'
}

/** 48 bits of a hash: to tell entries apart whose hashes have been verified. */
function mark(hash: string): number {
  return Number.parseInt(hash.slice(0, 12), 16)
}
