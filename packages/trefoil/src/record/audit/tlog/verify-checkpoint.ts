import { checkOptionNames, type OptionNames } from '../../../contract/options/option-names.ts'
import type { TreeFile, TreeStore } from '../../../contract/ports/tree-store.ts'
import { ChainKeys, type ChainRing } from '../chain-keys.ts'
import type { AuditSource } from '../verify-audit.ts'
import { type Coverage, checkLog } from './check-log.ts'
import { type Checkpoint, readCheckpoint } from './checkpoint.ts'
import { type CheckpointFinding, CheckpointFindings } from './checkpoint-findings.ts'
import { CHECKPOINT_PATH } from './checkpointer.ts'
import { readLeaf } from './leaf.ts'
import { LogPositions } from './log-positions.ts'
import { type NoteKey, readNote, readVerifierKey, type SignedNote, verifyNote } from './note.ts'
import { TILE_WIDTH } from './tiles.ts'
import { leafHash, sameHash, type TreeHash } from './tree-hash.ts'
import { TreeDamaged, TreeReader } from './tree-reader.ts'
import { TreeWriter } from './tree-writer.ts'

/** Options of {@link verifyCheckpoint}. */
export interface VerifyCheckpointOptions {
  /** Where the files of the tree are. Only read. */
  readonly tree: Pick<TreeStore, 'read'>
  /** Key of the log, as `trefoil audit checkpoint` prints it: `name+id+key`. */
  readonly verifierKey: string
  /** A checkpoint that was kept elsewhere. Default none: then nobody notices an older one in its place. */
  readonly checkpoint?: string | null
  /** The log itself. Default none: then only the tree is verified. */
  readonly log?: AuditSource | null
  /** Keys of witnesses who must have signed the checkpoint too. Default none. */
  readonly witnesses?: readonly string[]
  /**
   * The ring of the log, by which it has signed what it removed as old enough. Default none: then that is missing
   * like anything else.
   */
  readonly keys?: ChainRing | null
}

const OPTIONS: OptionNames<VerifyCheckpointOptions> = {
  tree: true,
  verifierKey: true,
  checkpoint: true,
  log: true,
  witnesses: true,
  keys: true,
}

/** What the verification of a checkpoint came to. */
export interface CheckpointReport {
  /** False where the log, its tree or the checkpoint was changed. */
  readonly ok: boolean
  /** Entries under the checkpoint of the tree; 0 for none. */
  readonly size: number
  /** Those of them that stand in the log as they were. */
  readonly covered: number
  /** Entries that came after the checkpoint. */
  readonly uncovered: number
  readonly findings: readonly CheckpointFinding[]
}

/**
 * Verifies a log against its signed tree, with public keys alone: that the tree is the one that was
 * signed, that it goes on from a checkpoint that was kept elsewhere, and that every entry under it stands
 * in the log as it was. Whether entries are chained is for `verifyAudit`, which needs the secret key.
 *
 * @throws TypeError for a key that is none
 */
export async function verifyCheckpoint(
  options: VerifyCheckpointOptions,
): Promise<CheckpointReport> {
  checkOptionNames('verifyCheckpoint()', options, OPTIONS)
  const { tree, checkpoint = null, log = null, witnesses = [], keys = null } = options
  const key = keyOf(options.verifierKey)
  const others = witnesses.map(keyOf)
  const findings = new CheckpointFindings()
  const kept = checkpoint === null ? null : read(checkpoint, key, others, findings)
  const own = await ownCheckpoint(tree, key, checkpoint === null ? others : [], findings)
  let coverage: Coverage = { covered: 0, uncovered: 0 }
  if (own !== null) {
    if (kept !== null && kept.size > own.size) findings.add('checkpoint_rolled_back')
    const positions = await checkTree(tree, own, kept, findings)
    // Against a tree that is not the one that was signed nothing can be held.
    if (positions !== null && log !== null) {
      const ring = keys === null ? null : new ChainKeys(keys)
      coverage = await checkLog({ tree, own, positions, log, keys: ring, findings })
    }
  }
  const { all } = findings
  return Object.freeze({ ok: all.length === 0, size: own?.size ?? 0, ...coverage, findings: all })
}

function keyOf(text: unknown): NoteKey {
  const key = typeof text === 'string' ? readVerifierKey(text) : null
  if (key === null) {
    throw new TypeError(
      'A key that verifies has the form name+id+key, as `trefoil audit checkpoint` prints it',
    )
  }
  return key
}

async function ownCheckpoint(
  tree: Pick<TreeStore, 'read'>,
  key: NoteKey,
  witnesses: readonly NoteKey[],
  findings: CheckpointFindings,
): Promise<Checkpoint | null> {
  const bytes = await tree.read(CHECKPOINT_PATH)
  if (bytes !== null) return read(Buffer.from(bytes).toString('utf8'), key, witnesses, findings)
  findings.add('checkpoint_missing')
  return null
}

/** `null` for what cannot be believed. */
function read(
  text: string,
  key: NoteKey,
  witnesses: readonly NoteKey[],
  findings: CheckpointFindings,
): Checkpoint | null {
  const note = readNote(text)
  const checkpoint = note === null ? null : readCheckpoint(note.text)
  if (note === null || checkpoint === null) {
    findings.add('checkpoint_malformed')
    return null
  }
  if (!isSigned(note, checkpoint, key, findings)) return null
  for (const witness of witnesses) {
    if (verifyNote(note, witness) !== 'signed') findings.add('witness_missing')
  }
  return checkpoint
}

function isSigned(
  note: SignedNote,
  { origin }: Checkpoint,
  key: NoteKey,
  findings: CheckpointFindings,
): boolean {
  const verdict = verifyNote(note, key)
  if (verdict === 'absent') findings.add('checkpoint_unsigned')
  else if (verdict === 'forged') findings.add('checkpoint_forged')
  else if (origin !== key.name) findings.add('checkpoint_foreign')
  else return true
  return false
}

/**
 * Goes through all leaves once, and holds tiles and roots to them.
 *
 * @returns how far its streams are in it; `null` where the tree is not the one that was signed
 */
async function checkTree(
  tree: Pick<TreeStore, 'read'>,
  own: Checkpoint,
  kept: Checkpoint | null,
  findings: CheckpointFindings,
): Promise<LogPositions | null> {
  const reader = new TreeReader(tree, own.size)
  const writer = new TreeWriter()
  const order = new LogPositions()
  const isKept = () =>
    kept === null || kept.size !== writer.size || sameHash(writer.root(), kept.root)
  let isForked = !isKept()
  try {
    for (let index = 0; index * TILE_WIDTH < own.size; index++) {
      const leaves = await reader.leaves(index)
      const hashes = await reader.tile(0, index)
      for (const [at, bytes] of leaves.entries()) {
        const leaf = readLeaf(bytes)
        if (!sameHash(leafHash(bytes), hashes[at] as TreeHash)) {
          findings.add('leaf_changed', null, leaf?.seq ?? null)
          return null
        }
        if (leaf === null || !order.add(leaf)) throw new TreeDamaged('a leaf does not follow')
        writer.add(bytes)
        isForked ||= !isKept()
      }
      if (!(await holds(tree, writer.takeFull()))) {
        findings.add('tile_changed')
        return null
      }
    }
    // Parts of level 0 have been looked at with their leaves; some reader may have a wider one.
    const parts = writer.takeParts().filter(({ path }) => !/^tile\/(?:0|entries)\//.test(path))
    if (!(await holds(tree, parts))) {
      findings.add('tile_changed')
      return null
    }
  } catch (error) {
    if (!(error instanceof TreeDamaged)) throw error
    findings.add('tree_damaged')
    return null
  }
  if (!sameHash(writer.root(), own.root)) findings.add('tree_damaged')
  else if (isForked) findings.add('tree_forked')
  else return order
  return null
}

/** True where the files hold what they should. A part may have become a full tile since. */
async function holds(tree: Pick<TreeStore, 'read'>, files: readonly TreeFile[]): Promise<boolean> {
  for (const { path, bytes } of files) {
    const found = (await tree.read(path)) ?? (await tree.read(path.replace(/\.p\/\d+$/, '')))
    if (found === null || !sameHash(found.subarray(0, bytes.length), bytes)) return false
  }
  return true
}
