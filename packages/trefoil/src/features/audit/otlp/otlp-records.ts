import type { AuditEntry, StoredEntry } from '../../../audit-chain.ts'

/** A value as OTLP has it in JSON: whole numbers are text, because JSON's own end at 2^53. */
type AnyValue = { readonly stringValue: string } | { readonly intValue: string }

interface Attribute {
  readonly key: string
  readonly value: AnyValue
}

/** A log record of OTLP 1.x in JSON. */
interface LogRecord {
  readonly timeUnixNano: string
  readonly observedTimeUnixNano: string
  readonly severityNumber: number
  readonly severityText: string
  readonly eventName: string
  readonly body: AnyValue
  readonly attributes: readonly Attribute[]
  readonly traceId?: string
}

/** Members of an event by the names that spans of `otel()` have, and those of the conventions. */
const NAMES: Readonly<Record<string, string>> = {
  call: 'trefoil.call_id',
  surface: 'trefoil.surface',
  action: 'trefoil.action',
  name: 'trefoil.audit.name',
  outcome: 'trefoil.outcome',
  problem: 'trefoil.problem',
  rule: 'trefoil.rule',
  tenant: 'trefoil.tenant',
  subject: 'user.id',
  status: 'http.response.status_code',
}
const TRACE = /^[0-9a-f]{32}$/
const REFUSED: ReadonlySet<unknown> = new Set([401, 403, 429])

/**
 * An entry as a log record: its text to the letter as the body, so that whoever has the key can verify it there too,
 * and what is looked for as attributes. `trefoil.audit.stream` and `trefoil.audit.seq` are of one entry alone: by them
 * a collector drops what it is sent twice.
 */
export function logRecord({ text, hash, prev }: StoredEntry, entry: AuditEntry): LogRecord {
  const { stream, seq, time, kid } = entry
  const event: Readonly<Record<string, unknown>> = { ...entry.event }
  const { type, trace } = event
  const [severityNumber, severityText] = severityOf(event)
  const attributes = [
    attribute('trefoil.audit.stream', stream),
    attribute('trefoil.audit.seq', seq),
    attribute('trefoil.audit.kid', kid),
    attribute('trefoil.audit.prev', prev),
    attribute('trefoil.audit.hash', hash),
    ...Object.entries(NAMES).map(([member, key]) => attribute(key, event[member])),
  ]
  return {
    timeUnixNano: nano(time),
    observedTimeUnixNano: nano(time),
    severityNumber,
    severityText,
    eventName: `trefoil.audit.${String(type)}`,
    body: { stringValue: text },
    attributes: attributes.filter((one) => one !== null),
    ...(typeof trace === 'string' && TRACE.test(trace) ? { traceId: trace } : {}),
  }
}

/** The document of one request. */
export function logsDocument(service: string, records: readonly LogRecord[]): string {
  return JSON.stringify({
    resourceLogs: [
      {
        resource: {
          attributes: [{ key: 'service.name', value: { stringValue: service } }],
        },
        scopeLogs: [{ scope: { name: 'trefoil.audit' }, logRecords: records }],
      },
    ],
  })
}

function attribute(key: string, value: unknown): Attribute | null {
  if (typeof value === 'string') return { key, value: { stringValue: value } }
  return Number.isSafeInteger(value) ? { key, value: { intValue: String(value) } } : null
}

function severityOf({
  type,
  outcome,
  status,
}: Readonly<Record<string, unknown>>): readonly [number, string] {
  if (outcome === 'failed' || type === 'lost') return [17, 'ERROR']
  if (REFUSED.has(status) || type === 'refusals') return [13, 'WARN']
  return [9, 'INFO']
}

/** Nanoseconds since the Unix epoch. A time before it, of a clock that was wrong, is none that OTLP has. */
function nano(ms: number): string {
  return String(BigInt(Math.max(0, Math.trunc(ms))) * 1_000_000n)
}
