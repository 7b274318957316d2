import type { BrokenEntry, StoredEntry } from '../../../contract/ports/audit-store.ts'
import { readEntry } from '../entry.ts'
import { sha256 } from '../sha256.ts'
import type { CheckpointFindings } from './checkpoint-findings.ts'
import { streamDigest, type TreeLeaf } from './leaf.ts'

/** What is known of a stream while its entries and its leaves go by. */
interface Stream {
  name: string | null
  /** Leaves that no entry has come for yet, by number. */
  readonly waiting: Map<number, TreeLeaf>
  /** Numbers of the first and the last leaf. */
  first: number
  last: number
  /** Of the entries that came: the least number, and the greatest. */
  least: number
  most: number
}

/** What came of comparing a log with the leaves of its tree. */
export interface Coverage {
  /** Entries that are in the tree as they stand. */
  readonly covered: number
  /** Entries that came after the checkpoint. */
  readonly uncovered: number
}

/**
 * Compares the entries of a log with the leaves of its tree. Both go by once, and what has met its like is
 * forgotten: where they stand in one order, nothing is kept.
 *
 * @param pruned up to which number entries were taken away from the beginning by right; -1 for none
 */
export async function checkEntries(
  entries: AsyncIterable<StoredEntry | BrokenEntry>,
  leaves: AsyncIterator<TreeLeaf>,
  pruned: number,
  findings: CheckpointFindings,
): Promise<Coverage> {
  const streams = new Map<string, Stream>()
  const digests = new Map<string, string>()
  let covered = 0
  let uncovered = 0
  let isOver = false

  async function nextLeaf(): Promise<boolean> {
    const { done, value } = await leaves.next()
    if (done === true) {
      isOver = true
      return false
    }
    const stream = streamOf(streams, value.stream)
    if (stream.last === -1) stream.first = value.seq
    stream.last = value.seq
    stream.waiting.set(value.seq, value)
    return true
  }

  for await (const stored of entries) {
    if ('broken' in stored) {
      if (stored.broken === 'malformed') findings.add('unread')
      continue
    }
    const entry = readEntry(stored.text)
    if (entry === null) {
      findings.add('unread')
      continue
    }
    const digest = digests.get(entry.stream) ?? streamDigest(entry.stream)
    digests.set(entry.stream, digest)
    const stream = streamOf(streams, digest)
    stream.name = entry.stream
    while (!isOver && stream.last < entry.seq) await nextLeaf()
    const leaf = stream.waiting.get(entry.seq)
    if (leaf === undefined) {
      if (entry.seq > stream.last) uncovered++
      else if (entry.seq >= stream.first) findings.add('duplicated', entry.stream, entry.seq)
      continue
    }
    stream.waiting.delete(entry.seq)
    stream.least = Math.min(stream.least, entry.seq)
    stream.most = Math.max(stream.most, entry.seq)
    const isSame = leaf.text === sha256(stored.text).toString('hex')
    if (leaf.hash !== stored.hash) findings.add('rewritten', entry.stream, entry.seq)
    else if (!isSame) findings.add('edited', entry.stream, entry.seq)
    else covered++
  }
  while (!isOver) await nextLeaf()
  for (const stream of streams.values()) tellMissing(stream, pruned, findings)
  return { covered, uncovered }
}

/** Each stretch of missing numbers once: by its first, or its last where the end is missing. */
function tellMissing(
  { name, waiting, least, most, last }: Stream,
  pruned: number,
  findings: CheckpointFindings,
): void {
  let before: number | null = null
  for (const seq of [...waiting.keys()].sort((one, other) => one - other)) {
    const isNext = before !== null && seq === before + 1
    before = seq
    if (seq <= pruned) continue
    if (seq > most) {
      findings.add('truncated', name, last)
      return
    }
    if (!isNext) findings.add(seq < least ? 'head_missing' : 'deleted', name, seq)
  }
}

function streamOf(streams: Map<string, Stream>, digest: string): Stream {
  let stream = streams.get(digest)
  if (stream === undefined) {
    const none = { first: 0, last: -1, least: Number.POSITIVE_INFINITY, most: -1 }
    stream = { name: null, waiting: new Map(), ...none }
    streams.set(digest, stream)
  }
  return stream
}
