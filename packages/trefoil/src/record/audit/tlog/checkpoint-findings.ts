/** What a finding says of a checkpoint, its tree or the log under it, by code. */
export const CHECKPOINT_FINDINGS = {
  checkpoint_malformed: 'What was given is no checkpoint',
  checkpoint_unsigned: 'The checkpoint has no signature of this key',
  checkpoint_forged: 'The signature under the checkpoint is not over what stands there',
  checkpoint_foreign: 'The checkpoint is of a log with another name than the key',
  witness_missing: 'A witness that was asked for has not signed the checkpoint',
  checkpoint_missing:
    'There is no checkpoint: it was taken away, or none was made yet (`trefoil audit checkpoint`)',
  checkpoint_rolled_back:
    'The tree ends before the checkpoint that was given: an older one was put in its place',
  tree_forked: 'What was signed before is not the beginning of what is signed now',
  tree_damaged: 'The tree does not come to the root that was signed, or a part of it is missing',
  leaf_changed: 'A leaf is another one than its hash in the tree',
  tile_changed: 'A tile does not hold what its leaves come to',
  edited: 'The text of the entry was changed since the checkpoint',
  rewritten:
    'The entry was signed anew since the checkpoint, by somebody with the key of the chain',
  deleted: 'The entry is under the checkpoint, and missing in the log',
  truncated: 'Entries under the checkpoint are missing at the end of the log',
  head_missing: 'Entries under the checkpoint are missing at the beginning of the log',
  duplicated: 'The entry stands in the log a second time',
  unread: 'What stands in the log here is no entry',
} as const

/** Code of something that is wrong with a checkpoint, its tree or the log under it. */
export type CheckpointFindingCode = keyof typeof CHECKPOINT_FINDINGS

/** Something that is wrong with a checkpoint, its tree or the log under it. */
export interface CheckpointFinding {
  readonly code: CheckpointFindingCode
  /** Where the entry is; `null` where its name cannot be told, and for the tree as a whole. */
  readonly stream: string | null
  /** Number of the entry in its stream; `null` for the tree as a whole. */
  readonly seq: number | null
  readonly text: string
}

const MOST = 1000

/** Findings in the order in which they were made, the first thousand. */
export class CheckpointFindings {
  readonly #found: CheckpointFinding[] = []

  add(code: CheckpointFindingCode, stream: string | null = null, seq: number | null = null): void {
    if (this.#found.length >= MOST) return
    this.#found.push(Object.freeze({ code, stream, seq, text: CHECKPOINT_FINDINGS[code] }))
  }

  get all(): readonly CheckpointFinding[] {
    return Object.freeze([...this.#found])
  }
}
