import type { StoredAccount } from '../account.ts'
import type { StoredFactor } from '../mfa/factor.ts'
import type { SessionView } from '../sessions/login-sessions.ts'

/** An account as operators see it, on every surface. No hash, no epoch: nothing that opens or says when it will. */
export interface AccountView {
  readonly id: string
  readonly kind: StoredAccount['kind']
  readonly email: string | null
  readonly username: string | null
  readonly tenant: string | null
  readonly roles: readonly string[]
  readonly locale: string | null
  readonly has_password: boolean
  /** Has to have a second factor, whatever the options say. */
  readonly mfa_required: boolean
  /** Times as ISO 8601. */
  readonly created_at: string
  readonly last_login_at: string | null
  readonly disabled_at: string | null
}

export function viewOf(account: StoredAccount): AccountView {
  const { id, kind, email, username, tenant, roles, locale } = account
  return {
    id,
    kind,
    email,
    username,
    tenant,
    roles,
    locale,
    has_password: account.password !== null,
    mfa_required: account.mfaRequired,
    created_at: new Date(account.createdAt).toISOString(),
    last_login_at: timeOrNull(account.lastLoginAt),
    disabled_at: timeOrNull(account.disabledAt),
  }
}

/** A login session as operators see it. */
export function sessionOf(session: SessionView): object {
  return {
    id: session.id,
    created_at: new Date(session.createdAt).toISOString(),
    last_seen_at: new Date(session.lastSeenAt).toISOString(),
    device: session.device,
    address: session.address,
    methods: session.methods,
  }
}

/** A second factor as operators see it. */
export function factorOf({ id, kind, name, createdAt, usedAt }: StoredFactor): object {
  return {
    id,
    kind,
    name,
    created_at: new Date(createdAt).toISOString(),
    last_used_at: timeOrNull(usedAt),
  }
}

function timeOrNull(time: number | null): string | null {
  return time === null ? null : new Date(time).toISOString()
}
