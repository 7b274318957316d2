import type { Clock } from '../../base/clock.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import type { AuditStore } from '../../contract/ports/audit-store.ts'
import { type AuditAnchor, makeAnchor, readAnchor } from './anchor.ts'
import { AuditChain } from './audit-chain.ts'
import { ChainKeys, type ChainRing } from './chain-keys.ts'
import type { AuditEvent, AuditPlace } from './entry.ts'
import { linksOf } from './links.ts'
import { type AuditReport, AuditVerifier, type VerifierOptions } from './verifier.ts'

/** What an audit log is read by: of any store, and no more than it must. */
export type AuditSource = Pick<AuditStore, 'read' | 'streams' | 'pruned'>

/** Options of {@link verifyAudit}. */
export interface VerifyAuditOptions {
  /** Where the entries are. Only read: a process that writes there goes on. */
  readonly store: AuditSource
  /** The ring of the log, with every key that entries are of. */
  readonly keys: ChainRing
  /** The one chain to be verified. Default: all that the store has; `main/0` for one that has a single one. */
  readonly stream?: string
  /**
   * Anchors of an earlier report, one for a stream: without one, nobody notices that the end of it is missing.
   * Default none.
   */
  readonly anchor?: AuditAnchor | readonly AuditAnchor[] | null
  /** A stream without an anchor is a finding. Default false. */
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
const MOST_FINDINGS = 1000
/** So often it is read anew because the oldest entries were removed while it was. */
const TRIES = 3

/**
 * Verifies an audit log from its beginning: needs its entries and its keys, and no app.
 *
 * @throws ImproperlyConfigured for a key that is too short
 * @throws TypeError for an anchor that is none
 */
export async function verifyAudit(options: VerifyAuditOptions): Promise<AuditReport> {
  checkOptionNames('verifyAudit()', options, OPTIONS)
  const { store, needsAnchor = false } = options
  const keys = new ChainKeys(options.keys)
  const anchors = readAnchors(options.anchor ?? [])
  const only = options.stream ?? (store.streams === undefined ? MAIN_STREAM : null)
  const reports: AuditReport[] = []
  for (const stream of only === null ? await streamsOf(store, anchors) : [only]) {
    // Of a log with one stream, an anchor of another one is a mistake that must be told.
    const anchor = anchors.find((one) => one.stream === stream) ?? anchors[0] ?? null
    const own = anchor?.stream === stream || only !== null ? anchor : null
    reports.push(await verifyStream(store, { keys, stream, anchor: own, needsAnchor }))
  }
  return Object.freeze({
    ok: reports.every(({ ok }) => ok),
    entries: reports.reduce((sum, { entries }) => sum + entries, 0),
    anchors: Object.freeze(reports.flatMap((report) => report.anchors)),
    findings: Object.freeze(reports.flatMap(({ findings }) => findings).slice(0, MOST_FINDINGS)),
  })
}

function readAnchors(given: unknown): readonly AuditAnchor[] {
  return [given].flat().map((one) => {
    const anchor = readAnchor(one)
    if (anchor !== null) return anchor
    throw new TypeError('An anchor has the members stream, seq, hash, kid and mac')
  })
}

/** Those of anchors, too: all entries of a stream may have been taken away. */
async function streamsOf(
  store: AuditSource,
  anchors: readonly AuditAnchor[],
): Promise<readonly string[]> {
  const there = (await store.streams?.()) ?? []
  const streams = [...new Set([...there, ...anchors.map(({ stream }) => stream)])]
  return streams.length === 0 ? [MAIN_STREAM] : streams
}

async function verifyStream(
  store: AuditSource,
  site: Omit<VerifierOptions, 'pruned'>,
): Promise<AuditReport> {
  const { stream } = site
  for (let again = TRIES; ; again--) {
    const pruned = (await store.pruned?.(stream)) ?? null
    const verifier = new AuditVerifier({ ...site, pruned })
    for await (const stored of store.read(stream)) verifier.add(stored)
    const report = verifier.end()
    if (report.ok || again === 0) return report
    const now = (await store.pruned?.(stream)) ?? null
    if (now?.seq === pruned?.seq) return report
  }
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
 * @param stream what its chain is called. Default `main/0`
 * @throws ImproperlyConfigured for a key that is too short
 */
export function auditWriter(
  store: AuditStore,
  ring: ChainRing,
  clock: Clock,
  stream: string = MAIN_STREAM,
): AuditWriter {
  const keys = new ChainKeys(ring)
  const links = linksOf(keys)
  const chain = new AuditChain({ store, links, clock, stream })
  return Object.freeze({
    append: (event: AuditEvent) => chain.append(event),
    open: () => chain.open(),
    close: () => chain.close(),
    anchor: () => (chain.head === null ? null : makeAnchor(chain.head, keys)),
    digest: (text: string) => keys.current.digest(text),
  })
}
