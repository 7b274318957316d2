import type { AccessEvent } from '../contract/call/access-event.ts'
import type { CallRecord } from '../contract/call/call-record.ts'

/** A record as the access log writes it. */
export function accessEvent(record: CallRecord): AccessEvent {
  return Object.freeze({
    call_id: record.callId,
    request_id: record.requestId,
    trace_id: record.traceId,
    span_id: record.spanId,
    parent_span_id: record.parentSpanId,
    method: record.http?.method ?? null,
    path: record.http?.path ?? null,
    status_code: record.status,
    duration_ms: record.duration,
    source: record.surface,
    entrypoint: record.entrypoint,
    scheme: record.http?.scheme ?? null,
    client: record.client.address,
    user_agent: record.client.userAgent,
    action_name: record.action,
    subject: record.subject,
    kind: record.kind,
    tenant: record.tenant,
    actor: record.actor,
    session: record.session,
    driven: record.driven,
    outcome: record.outcome,
    problem: record.problem,
    rule: record.rule,
    refusal: record.refusal,
    approval_id: record.approvalId,
    arguments_hash: record.argumentsHash,
    dry_run: record.dryRun,
    cache: record.cache,
    bytes: record.bytes,
  })
}
