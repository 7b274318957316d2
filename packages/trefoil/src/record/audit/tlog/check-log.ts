import type { TreeStore } from '../../../contract/ports/tree-store.ts'
import { isOwnPruned } from '../anchor.ts'
import type { ChainKeys } from '../chain-keys.ts'
import type { AuditSource } from '../verify-audit.ts'
import { type Coverage, checkEntries } from './check-entries.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { CheckpointFindings } from './checkpoint-findings.ts'
import { readLeaf, streamDigest, type TreeLeaf } from './leaf.ts'
import type { LogPositions } from './log-positions.ts'
import { TILE_WIDTH } from './tiles.ts'
import { TreeReader } from './tree-reader.ts'

export type { Coverage }

/** What a log is compared with. */
export interface LogSite {
  readonly tree: Pick<TreeStore, 'read'>
  readonly own: Checkpoint
  readonly positions: LogPositions
  readonly log: AuditSource
  readonly keys: ChainKeys | null
  readonly findings: CheckpointFindings
}

/** Of several streams one after another: each goes by beside its own leaves, and nothing is kept. */
export async function checkLog(site: LogSite): Promise<Coverage> {
  const { tree, own, positions, log, findings } = site
  const names = await log.streams?.()
  if (names === undefined) {
    return checkEntries(log.read(), leavesOf(tree, own, null), -1, findings)
  }
  let covered = 0
  let uncovered = 0
  const known = new Set<string>()
  for (const name of names) {
    const digest = streamDigest(name)
    known.add(digest)
    const leaves = leavesOf(tree, own, digest)
    // Before it is read: what is removed meanwhile is missing, and found so the next time no more.
    const pruned = await prunedIn(site, name)
    const coverage = await checkEntries(log.read(name), leaves, pruned, findings)
    covered += coverage.covered
    uncovered += coverage.uncovered
  }
  for (const [digest, { seq }] of positions.entries()) {
    if (!known.has(digest)) findings.add('truncated', null, seq)
  }
  return { covered, uncovered }
}

/** Up to which number entries were removed by right; -1 for none. */
async function prunedIn({ log, keys }: LogSite, stream: string): Promise<number> {
  const record = (await log.pruned?.(stream)) ?? null
  return record !== null && keys !== null && isOwnPruned(stream, record, keys) ? record.seq : -1
}

/** @param stream digest of the one they must be of; `null` for all */
async function* leavesOf(
  tree: Pick<TreeStore, 'read'>,
  { size }: Checkpoint,
  stream: string | null,
): AsyncGenerator<TreeLeaf> {
  const reader = new TreeReader(tree, size)
  for (let index = 0; index * TILE_WIDTH < size; index++) {
    for (const bytes of await reader.leaves(index)) {
      const leaf = readLeaf(bytes)
      if (leaf !== null && (stream === null || leaf.stream === stream)) yield leaf
    }
  }
}
