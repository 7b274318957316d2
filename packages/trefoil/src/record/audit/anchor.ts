import { isRecord } from '../../base/plain/is-record.ts'
import type { PrunedRecord } from '../../contract/ports/audit-store.ts'
import { type ChainKeys, isHash } from './chain-keys.ts'
import type { AuditPlace } from './entry.ts'

/**
 * How far a stream had come: kept where whoever can write the log cannot, it shows that nothing has been
 * taken from its end, and nothing before written anew (PW-36).
 */
export interface AuditAnchor extends AuditPlace {
  readonly kid: string
  /** Of the other members, by the key. */
  readonly mac: string
}

export function makeAnchor({ stream, seq, hash }: AuditPlace, keys: ChainKeys): AuditAnchor {
  const key = keys.current
  return { stream, seq, hash, kid: key.id, mac: key.anchor(signed({ stream, seq, hash })) }
}

/** True for one that was made with a key of the ring. */
export function isOwnAnchor(anchor: AuditAnchor, keys: ChainKeys): boolean {
  return keys.find(anchor.kid)?.anchor(signed(anchor)) === anchor.mac
}

/** Signs that everything up to a place has been removed because it was old enough. */
export function makePruned(place: AuditPlace, keys: ChainKeys): PrunedRecord {
  const key = keys.current
  return { seq: place.seq, hash: place.hash, kid: key.id, mac: key.pruned(signed(place)) }
}

/** True for one of the stream that was made with a key of the ring. */
export function isOwnPruned(stream: string, record: PrunedRecord, keys: ChainKeys): boolean {
  return keys.find(record.kid)?.pruned(signed({ ...record, stream })) === record.mac
}

/** `null` for what is no anchor. */
export function readAnchor(value: unknown): AuditAnchor | null {
  if (!isRecord(value)) return null
  const { stream, seq, hash, kid, mac } = value
  if (typeof stream !== 'string' || !Number.isSafeInteger(seq) || !isHash(hash)) return null
  if (typeof kid !== 'string' || !isHash(mac)) return null
  return { stream, seq: Number(seq), hash, kid, mac }
}

function signed({ stream, seq, hash }: AuditPlace): string {
  return JSON.stringify([stream, seq, hash])
}
