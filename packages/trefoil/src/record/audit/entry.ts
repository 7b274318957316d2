import { canonicalJson } from '../../base/json/canonical-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import type { PrincipalKind } from '../../contract/auth/principal-kind.ts'
import type { CallOutcome, Driver } from '../../contract/call/call-record.ts'
import type { Entrypoint, SurfaceName } from '../../contract/call/surface-name.ts'

/**
 * What an entry of the audit log is about. Members with no value are left out; `actor` of a call never is.
 */
export type AuditEvent =
  | CallEvent
  | AnswerEvent
  | AppEvent
  | RefusalsEvent
  | LostEvent
  | RepairedEvent
  | PrunedEvent
  | ErasedEvent

/** A call: `intent` before it runs, `call` when its end is known. */
export interface CallEvent {
  readonly type: 'intent' | 'call'
  /** Ours, and the same in both. */
  readonly call: string
  /** The caller's, when it sent one. */
  readonly request: string
  readonly trace?: string
  readonly surface: SurfaceName
  readonly entrypoint: Entrypoint
  /** Left out for lists and documents, and where no action was found. */
  readonly action?: string
  readonly driven: Driver
  readonly subject?: string
  readonly kind: PrincipalKind
  readonly tenant?: string
  /** Who acts on the subject's behalf, the one who acts now first. */
  readonly actor: readonly string[]
  /** Id of the login session that the credential belongs to. */
  readonly session?: string
  readonly address?: string
  /** Canonical JSON values by name, without what is sensitive. */
  readonly arguments?: Readonly<Record<string, unknown>>
  /** Keyed digests of sensitive arguments: equal values have equal ones under one key. */
  readonly digests?: Readonly<Record<string, string>>
  /** Names of arguments that are in neither: files, and what was too long. */
  readonly omitted?: readonly string[]
  /** Left out where a sensitive argument is among them: a hash without a key can be guessed. */
  readonly arguments_hash?: string
  /** Code of a credential that was refused. */
  readonly refusal?: string
  /** What decided a refusal: the name of a guard, or `approval`. */
  readonly rule?: string
  readonly approval?: string
  /** Of `call` alone, and so the next four. */
  readonly outcome?: CallOutcome
  readonly problem?: string
  readonly status?: number
  /** Whole milliseconds. */
  readonly duration?: number
  readonly meta?: Readonly<Record<string, unknown>>
  /** Of an erasable log: what it calls the subject, and the personal members, readable with their key alone. */
  readonly person?: string
  readonly sealed?: string
}

/**
 * What a caller was told, where it is something else than the entry of the call says: that was committed with
 * what the call did, and something failed afterwards.
 */
export interface AnswerEvent {
  readonly type: 'answer'
  readonly call: string
  readonly outcome: CallOutcome
  readonly problem?: string
  readonly status: number
}

/** An event of the app's own. */
export interface AppEvent {
  readonly type: 'event'
  readonly name: string
  readonly subject?: string
  readonly tenant?: string
  readonly data?: Readonly<Record<string, unknown>>
  /** As those of a call. */
  readonly person?: string
  readonly sealed?: string
}

/** Refusals of callers whom nobody knows, beyond twenty of one kind in a second. */
export interface RefusalsEvent {
  readonly type: 'refusals'
  readonly count: number
  /** When the second began. */
  readonly since: number
  readonly surface: SurfaceName
  readonly action?: string
  readonly problem?: string
}

/** Entries that could not be written, counted; written when the log can be again. */
export interface LostEvent {
  readonly type: 'lost'
  readonly count: number
  /** When the first of them was. */
  readonly since: number
}

/** An entry that was cut off by a crash and taken away: nobody was told that it had been written. */
export interface RepairedEvent {
  readonly type: 'repaired'
  readonly bytes: number
}

/** The oldest entries of a stream were removed, because they were old enough. */
export interface PrunedEvent {
  readonly type: 'pruned'
  /** The stream, and the last entry of it that was removed. */
  readonly of: string
  readonly until: number
  readonly hash: string
  readonly count: number
}

/** The key of a person was thrown away: what was sealed with it can be read by nobody any more. */
export interface ErasedEvent {
  readonly type: 'erased'
  readonly person: string
}

/** Where an entry stands in its stream. */
export interface AuditPlace {
  readonly stream: string
  readonly seq: number
  readonly hash: string
}

/** An entry of the audit log, version 1. */
export interface AuditEntry {
  readonly v: 1
  /** The chain it belongs to. */
  readonly stream: string
  /** Counts from 0, without a gap. */
  readonly seq: number
  /** When it was written, milliseconds since the Unix epoch. */
  readonly time: number
  /** Which key of the ring its hash is of. */
  readonly kid: string
  readonly event: AuditEvent
}

/**
 * Canonical JSON of an event. Members of ours are texts and numbers, whose text is made at once; only what
 * somebody else has chosen is looked at member by member, which takes several times as long.
 *
 * @throws NotCanonical for a value that has no JSON form
 */
export function eventText(event: AuditEvent): string {
  let text = '{'
  // Names of ours are ASCII: their order is that of code points.
  for (const name of Object.keys(event).sort()) {
    const value: unknown = Reflect.get(event, name)
    if (value === undefined) continue
    text += `${text === '{' ? '' : ','}"${name}":${memberText(value)}`
  }
  return `${text}}`
}

function memberText(value: unknown): string {
  if (typeof value === 'string') return plainText(value)
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    return `[${value.map(plainText).join(',')}]`
  }
  return canonicalJson(value)
}

/**
 * A subject that is no well-formed text has no canonical form: refused, it would be a way to go unseen, for
 * whoever can choose what they are called.
 */
function plainText(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed())
}

/** Canonical JSON of an entry, of that of its event: so that waiting its turn costs nothing. */
export function entryText(entry: Omit<AuditEntry, 'event' | 'v'>, event: string): string {
  const { kid, seq, stream, time } = entry
  return `{"event":${event},"kid":"${kid}","seq":${seq},"stream":${JSON.stringify(stream)},"time":${time},"v":1}`
}

/** What stands round the event of an entry. */
export type EntryEnvelope = Omit<AuditEntry, 'event' | 'v'>

const KID = ',"kid":"'
const ENVELOPE =
  /,"kid":"([0-9a-f]{1,64})","seq":([0-9]{1,15}),"stream":"([^"\\\n]*)","time":([0-9]{1,15}),"v":1\}$/y

/**
 * The envelope of an entry, without reading its event, which takes most of the time. To be believed once the
 * hash has been verified: then the text is one of `entryText()`, in which nothing of the event can look like
 * its end. Other texts are read as a whole.
 */
export function readEnvelope(text: string): EntryEnvelope | null {
  const at = text.lastIndexOf(KID)
  ENVELOPE.lastIndex = Math.max(at, 0)
  const match = at === -1 || !text.startsWith('{"event":{') ? null : ENVELOPE.exec(text)
  if (match === null) return readEntry(text)
  const [, kid = '', seq, stream = '', time] = match
  return { kid, seq: Number(seq), stream, time: Number(time) }
}

/** The entry of a text; `null` for what is none of version 1. Believes nothing: whoever asks has not verified it. */
export function readEntry(text: string): AuditEntry | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  if (!isRecord(value)) return null
  const { v, stream, seq, time, kid, event } = value
  const fits =
    v === 1 &&
    typeof stream === 'string' &&
    Number.isSafeInteger(seq) &&
    Number(seq) >= 0 &&
    Number.isSafeInteger(time) &&
    typeof kid === 'string' &&
    isRecord(event) &&
    typeof event['type'] === 'string'
  // Every member of the envelope has been looked at; what is in the event is for its reader.
  return fits ? (value as unknown as AuditEntry) : null
}
