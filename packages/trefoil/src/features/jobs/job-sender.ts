import { AuthContext } from '../../auth.ts'
import type { ProviderCall, SurfaceName } from '../../index.ts'

/** Who a job is of, as it is kept: never a token, a claim, a role. */
export interface JobSender {
  readonly subject: string | null
  readonly kind: AuthContext['kind']
  readonly tenant: string | null
  readonly issuer: string | null
  /** Who acted for the subject, nearest first. */
  readonly actor: readonly { readonly subject: string; readonly kind: AuthContext['kind'] }[]
  readonly source: SurfaceName
  readonly requestId: string
  readonly traceparent: string | null
}

/** Who asks: what a call knows of its caller. */
export type JobCaller = Pick<ProviderCall, 'auth'>

export function senderOf(call: ProviderCall): JobSender {
  const { auth, source, requestId, trace } = call
  return {
    subject: auth?.subject ?? null,
    kind: auth?.kind ?? 'unknown',
    tenant: auth?.tenant ?? null,
    issuer: auth?.issuer ?? null,
    actor: (auth?.actor ?? []).map(({ subject, kind = 'unknown' }) => ({ subject, kind })),
    source,
    requestId,
    traceparent: trace?.traceparent ?? null,
  }
}

/** What was written down, of this version or an older one. */
export function readSender(text: string | null): JobSender | null {
  // Written by us.
  return text === null ? null : (JSON.parse(text) as JobSender)
}

/** Who a job works for: known by name, with no rights beside it. */
export function authOf(sender: JobSender | null): AuthContext | null {
  if (sender === null || sender.subject === null) return null
  const { subject, kind, tenant, issuer, actor } = sender
  return new AuthContext({ subject, kind, tenant, issuer: issuer ?? undefined, actor })
}

/**
 * True where a job is of whoever asks: the same subject of the same issuer and tenant. What nobody sent, and
 * nobody known, is nobody's to see (PW-41).
 */
export function isOwnedBy(sender: JobSender | null, { auth }: JobCaller): boolean {
  if (sender === null || sender.subject === null || auth === null) return false
  return (
    sender.subject === auth.subject &&
    sender.tenant === auth.tenant &&
    sender.issuer === (auth.issuer ?? null)
  )
}
