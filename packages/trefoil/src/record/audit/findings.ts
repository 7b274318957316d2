/** What a finding says, by code, and whether it shows that somebody has changed the log. */
export const FINDINGS = {
  edited: 'The text does not match its hash: it was changed',
  inserted: 'An entry that no key of the ring has signed stands between two that follow each other',
  rehashed: 'From here on no hash matches: the end was written anew by somebody without the key',
  deleted: 'Entries before this one are missing',
  head_missing: 'The log does not begin at 0: its beginning is missing',
  truncated: 'The log ends before the anchor: its end is missing',
  reordered: 'The entry stands behind ones that came later',
  duplicated: 'The entry stands here a second time',
  forked: 'Another entry has the same number: two writers, or one that began anew',
  spliced: 'The entry is signed, but stood behind another one than here',
  gap: 'Numbers are left out, though each entry follows the one before',
  rewritten: 'The entry is signed, but is another one than when the anchor was made',
  foreign_stream: 'The entry is of another stream',
  unknown_key: 'The entry is signed with a key that is not in the ring',
  wrong_key: 'Nothing here is signed with a key of the ring',
  malformed: 'What stands here is no entry',
  torn: 'The last entry was cut off while it was written; the next start takes it away',
  anchor_forged: 'The anchor itself is not signed with a key of the ring, or is of another stream',
  pruned_forged:
    'The record of what was removed as old enough is not signed with a key of the ring',
  anchor_missing: 'There is no anchor, and one was asked for',
  clock_back: 'The entry is signed, and its time lies before that of the entry before it',
  pruned: 'Entries up to this one were removed because they were old enough; that is signed',
  lost: 'Entries could not be written here; how many, the entry says',
} as const

/** Code of something that is wrong with an audit log. */
export type AuditFindingCode = keyof typeof FINDINGS

/** What crashes, clocks, full disks and retention come to: it is told, and is no sign of tampering. */
export const NOTICES: ReadonlySet<AuditFindingCode> = new Set([
  'torn',
  'clock_back',
  'lost',
  'pruned',
])

/** Something that is wrong with an audit log. */
export interface AuditFinding {
  readonly code: AuditFindingCode
  /** False for what a crash or a clock comes to. */
  readonly tampered: boolean
  /** The chain that it is of. */
  readonly stream: string
  /** Number of the entry, as far as it can be read; `null` for the log as a whole. */
  readonly seq: number | null
  /** Where it stands, from 1; 0 for the log as a whole. */
  readonly position: number
  readonly text: string
}

export function makeFinding(
  code: AuditFindingCode,
  stream: string,
  seq: number | null,
  position: number,
): AuditFinding {
  return Object.freeze({
    code,
    tampered: !NOTICES.has(code),
    stream,
    seq,
    position,
    text: FINDINGS[code],
  })
}
