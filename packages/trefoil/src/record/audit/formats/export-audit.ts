import type { BrokenEntry, StoredEntry } from '../../../contract/ports/audit-store.ts'
import { type AuditEntry, readEntry } from '../entry.ts'
import { cefLine } from './cef.ts'
import { ecsDocument } from './ecs.ts'
import { ocsfEvent } from './ocsf.ts'

/**
 * What others read a log as: JSON lines of the entries themselves, events of OCSF 1.9.0, documents of the
 * Elastic Common Schema, lines of the Common Event Format.
 */
export type AuditFormat = 'jsonl' | 'ocsf' | 'ecs' | 'cef'

/** The formats there are, for those who let others choose. */
export const AUDIT_FORMATS: readonly AuditFormat[] = ['jsonl', 'ocsf', 'ecs', 'cef']

const WRITERS: Readonly<Record<AuditFormat, (entry: AuditEntry, hash: string | null) => string>> = {
  jsonl: (entry) => JSON.stringify(entry),
  ocsf: (entry, hash) => JSON.stringify(ocsfEvent(entry, hash)),
  ecs: (entry, hash) => JSON.stringify(ecsDocument(entry, hash)),
  cef: cefLine,
}

/** An entry as it is kept, or as it was read from its text. */
export type ExportedEntry = AuditEntry | StoredEntry | BrokenEntry

/**
 * Entries in the words of another program, one line each, as they are asked for: no more than one is held at a
 * time. Nothing is verified; what is no entry is passed over, and `trefoil audit verify` tells of it.
 *
 * @throws TypeError for a format that is none
 */
export async function* exportAudit(
  entries: AsyncIterable<ExportedEntry> | Iterable<ExportedEntry>,
  format: AuditFormat,
): AsyncGenerator<string, void, undefined> {
  const write = Object.hasOwn(WRITERS, format) ? WRITERS[format] : null
  if (write === null) {
    throw new TypeError(`exportAudit(): the format must be one of ${AUDIT_FORMATS.join(', ')}`)
  }
  for await (const one of entries) {
    if ('broken' in one) continue
    const isStored = 'text' in one
    const entry = isStored ? readEntry(one.text) : one
    if (entry !== null) yield write(entry, isStored ? one.hash : null)
  }
}
