import type { Clock } from '../../base/clock.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import type { AuditStore } from '../../contract/ports/audit-store.ts'
import { type AuditAnchor, makeAnchor, readAnchor } from './anchor.ts'
import { AuditChain, type AuditPlace } from './audit-chain.ts'
import { ChainKeys, type ChainRing } from './chain-keys.ts'
import type { AuditEvent } from './entry.ts'
import { type AuditReport, AuditVerifier } from './verifier.ts'

/** Options of {@link verifyAudit}. */
export interface VerifyAuditOptions {
  /** Where the entries are. Only read: a process that writes there goes on. */
  readonly store: Pick<AuditStore, 'read'>
  /** The ring of the log, with every key that entries are of. */
  readonly keys: ChainRing
  /** The chain it must be. Default `main/0`. */
  readonly stream?: string
  /** An anchor of an earlier report: without one, nobody notices that the end is missing. Default none. */
  readonly anchor?: AuditAnchor | null
  /** No anchor is a finding. Default false. */
  readonly needsAnchor?: boolean
}

const OPTIONS: OptionNames<VerifyAuditOptions> = {
  store: true,
  keys: true,
  stream: true,
  anchor: true,
  needsAnchor: true,
}

/** The stream of a log that has one. */
export const MAIN_STREAM = 'main/0'

/**
 * Verifies an audit log from its beginning: needs its entries and its keys, and no app.
 *
 * @throws ImproperlyConfigured for a key that is too short
 * @throws TypeError for an anchor that is none
 */
export async function verifyAudit(options: VerifyAuditOptions): Promise<AuditReport> {
  checkOptionNames('verifyAudit()', options, OPTIONS)
  const { store, keys, stream = MAIN_STREAM, needsAnchor = false } = options
  const anchor = options.anchor == null ? null : readAnchor(options.anchor)
  if (options.anchor != null && anchor === null) {
    throw new TypeError('An anchor has the members stream, seq, hash, kid and mac')
  }
  const verifier = new AuditVerifier({ keys: new ChainKeys(keys), stream, anchor, needsAnchor })
  for await (const stored of store.read()) verifier.add(stored)
  return verifier.end()
}

/** The writer of one stream, and what its keys are needed for beside. */
export interface AuditWriter {
  /**
   * @returns where it stands, once it is safe
   * @throws Error when it cannot be written
   */
  append(event: AuditEvent): Promise<AuditPlace>
  /** Opens the store before there is anything to write. @throws Error when it cannot be opened */
  open(): Promise<void>
  /** Writes what waits, and gives the store up. */
  close(): Promise<void>
  /** How far it has come, to keep elsewhere; `null` for nowhere yet. */
  anchor(): AuditAnchor | null
  /** Digest of a value that must not be read, by the key of now. */
  digest(text: string): string
}

/**
 * Writes an audit log, one entry behind another.
 *
 * @throws ImproperlyConfigured for a key that is too short
 */
export function auditWriter(store: AuditStore, ring: ChainRing, clock: Clock): AuditWriter {
  const keys = new ChainKeys(ring)
  const chain = new AuditChain({ store, keys, clock, stream: MAIN_STREAM })
  return Object.freeze({
    append: (event: AuditEvent) => chain.append(event),
    open: () => chain.open(),
    close: () => chain.close(),
    anchor: () => (chain.head === null ? null : makeAnchor(chain.head, keys)),
    digest: (text: string) => keys.current.digest(text),
  })
}
