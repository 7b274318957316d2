import { type Accounts, accounts } from 'trefoil/accounts'
import type { AuditLog } from 'trefoil/audit'
import type { StoreDatabase } from './database.ts'
import { loadSecret } from './secret.ts'
import { readSettings } from './settings.ts'

/**
 * People who register and sign in by themselves, as customers; `trefoil accounts grant` makes one of them an
 * administrator. With `STORE_JWKS` people are where their tokens come from, and there are no accounts here.
 *
 * @throws ImproperlyConfigured in production, where nothing sends its mails
 */
export function storeAccounts(data: StoreDatabase, audit: AuditLog): Accounts | null {
  if (readSettings().jwks !== undefined) return null
  return accounts({
    data,
    audit,
    keys: loadSecret(),
    roles: ['customer', 'admin'],
    defaultRoles: ['customer'],
  })
}
