import { type AuthContext, deny, type Guard, guard } from '../../../auth.ts'
import { type Call, HttpError } from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import type { SessionMode } from '../sessions/login-sessions.ts'

const NEEDED = 'This needs a login session of the account itself'

/**
 * Who may change an account: its login session. Not what acts for its owner, whoever sent it, and not the token of
 * another issuer, who may call anybody by any name.
 */
export const ownSession: Guard = guard({
  name: 'loginSession',
  check: (auth) => isOwnSession(auth) || deny(NEEDED),
})

function isOwnSession(auth: AuthContext): boolean {
  const { session, actor, issuer, metadata } = auth
  return session !== undefined && actor.length === 0 && issuer === undefined && 'login' in metadata
}

/** How the session of this call is carried; a new one is carried as the one before. */
export function modeOf({ auth }: Call): SessionMode {
  return auth?.metadata['login'] === 'cookie' ? 'cookie' : 'bearer'
}

/**
 * The account of the session, as it is now. Never the one that arguments name (CVE-2025-61928).
 *
 * @throws HttpError 403 where there is none any more
 */
export async function ownAccount(
  { accounts }: AccountsHouse,
  { auth }: Call,
): Promise<StoredAccount> {
  const account = auth === null || !isOwnSession(auth) ? null : await accounts.find(auth.subject)
  if (account === null || account.disabledAt !== null || account.tenant !== auth?.tenant) {
    throw new HttpError(403, NEEDED)
  }
  return account
}
