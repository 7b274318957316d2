import type { StoredLoginSession } from '../../../stores.ts'
import type { AccountAccess } from '../account.ts'
import type { AccountStore } from '../account-store.ts'
import type { KnownClient, KnownClients } from '../flows/known-clients.ts'
import type { SessionDetails } from './session-details.ts'

/** What a session hangs on beside its own row. */
export interface StandingRules {
  readonly accounts: Pick<AccountStore, 'access'>
  readonly clients: Pick<KnownClients, 'find'>
}

/** Whether a session that the store has still opens something. */
export type Standing =
  | { readonly kind: 'over' }
  | { readonly kind: 'disabled' }
  | {
      readonly kind: 'good'
      readonly access: AccountAccess
      /** That began it; `null` for none. */
      readonly client: KnownClient | null
    }

const OVER: Standing = Object.freeze({ kind: 'over' })
const DISABLED: Standing = Object.freeze({ kind: 'disabled' })

/**
 * One rule for every door at which a session is shown: letting in, and renewing by a token or by the cookie. A door with a
 * rule of its own renews what no other lets in.
 */
export async function standingOf(
  { accounts, clients }: StandingRules,
  { owner }: Pick<StoredLoginSession, 'owner'>,
  { clientId, epoch }: SessionDetails,
): Promise<Standing> {
  const access = await accounts.access(owner.subject)
  if (access === null || access.tenant !== owner.tenant) return OVER
  // Before the epoch, which disabling has raised.
  if (access.disabledAt !== null) return DISABLED
  if (access.epoch !== epoch) return OVER
  const client = clientId === null ? null : clients.find(clientId)
  return clientId !== null && client === null ? OVER : { kind: 'good', access, client }
}
