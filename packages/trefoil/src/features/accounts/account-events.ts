import type { AuditLog } from '../../audit.ts'
import type { StoredAccount } from './account.ts'
import type { AccountsHouse } from './accounts-house.ts'

/**
 * What the entry of a call does not say: of which account it was. Whoever signs in, resets a password or opens a link
 * is nobody yet when the call begins, so that its entry has no subject (SW-26).
 */
export type AccountEvent =
  | 'login.succeeded'
  | 'login.stepped_up'
  | 'password.reset'
  | 'user.created'
  | 'factor.added'
  | 'factor.removed'
  | 'recovery.regenerated'
  | 'recovery.used'
  | 'device.trusted'
  | 'provider.linked'
  | 'provider.unlinked'

/**
 * Writes it down with the unit in which it happened, or not at all. The last thing in it: others wait for the log from
 * then on.
 */
export async function tell(
  { values: { audit } }: Pick<AccountsHouse, 'values'>,
  unit: object,
  name: AccountEvent,
  { id: subject, tenant }: Pick<StoredAccount, 'id' | 'tenant'>,
  data: Readonly<Record<string, string | readonly string[] | null>> = {},
): Promise<void> {
  if (audit === null) return
  await appendWith(audit, unit, name, { subject, ...(tenant === null ? {} : { tenant }), data })
}

/** In the unit, or beside it where the log is somewhere else. */
export async function appendWith(
  audit: AuditLog,
  unit: object,
  name: string,
  event: NonNullable<Parameters<AuditLog['append']>[1]>,
): Promise<void> {
  try {
    await audit.append(name, event, unit)
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    // Better one entry too many than one too few.
    await audit.append(name, event)
  }
}
