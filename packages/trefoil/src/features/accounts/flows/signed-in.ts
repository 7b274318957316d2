import type { AuthContext } from '../../../auth.ts'
import { AuthenticationError } from '../../../auth.ts'
import type { Call } from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { Identifier } from '../identifier.ts'
import type { SessionMode, SessionOwner } from '../sessions/login-sessions.ts'

/** Milliseconds for which a login is fresh. */
const FRESH = 5 * 60_000

/** Whoever is signed in by a login session of ours, and acts for himself. */
export interface SignedIn {
  readonly account: StoredAccount
  readonly session: NonNullable<AuthContext['session']>
  /** How this session is carried, and which client began it: a new one in its place is the same. */
  readonly mode: SessionMode
  readonly clientId: string | null
}

/** Acts for the account, and is not its owner: by what stands in front of it, or by what it says it is. */
export function isDelegate({ actor, kind }: AuthContext): boolean {
  return actor.length > 0 || kind === 'agent' || kind === 'service'
}

/**
 * Whether a caller is here by a login session of ours. A key, and the token of another issuer, may name any subject,
 * and have a session of its own: neither is the person over whose account it is.
 */
export async function hasOwnSession(
  { sessions }: AccountsHouse,
  account: SessionOwner,
  { session }: AuthContext,
): Promise<boolean> {
  return session !== undefined && sessions.isOf(account, session.id)
}

/**
 * @throws AuthenticationError for callers without a login session of an account: whoever acts for somebody, or has a
 * token of another kind, has not the rights of the person over the account itself
 */
export async function signedIn(house: AccountsHouse, call: Call): Promise<SignedIn> {
  const { auth } = call
  const session = auth?.session
  if (auth === null || session === undefined || isDelegate(auth)) {
    throw new AuthenticationError('Sign in first')
  }
  const account = await house.accounts.find(auth.subject)
  const isOpen = account !== null && account.tenant === auth.tenant && account.disabledAt === null
  if (!isOpen || !(await hasOwnSession(house, account, auth))) {
    throw new AuthenticationError('Sign in first')
  }
  const { client_id: clientId } = auth.claims
  return {
    account,
    session,
    mode: auth.metadata['login'] === 'cookie' ? 'cookie' : 'bearer',
    clientId: typeof clientId === 'string' ? clientId : null,
  }
}

/**
 * Holds a step to the password of who is signed in: a session that was left open, or stolen, is not enough. It counts as
 * a login does (LOCK-5). Whoever has no password needs a login of the last five minutes.
 *
 * @throws Problem `login_bad_credentials`, `account_locked`, `fresh_login_required`
 */
export async function provePresence(
  house: AccountsHouse,
  call: Call,
  { account, session }: SignedIn,
  password: string | undefined,
): Promise<void> {
  const { clock, locks, passwords } = house
  if (account.password === null) {
    const since = clock.now() - (session.authTime ?? session.createdAt) * 1000
    // A clock that was set back makes no login fresh.
    if (Math.abs(since) > FRESH) throw accountsProblems.problem('fresh_login_required')
    return
  }
  const tried = {
    identifier: identifierOf(account),
    client: call.client,
    device: null,
    session: session.id,
    signal: call.signal,
  }
  const isRight = await locks.attempt(tried, async () => {
    const { isRight } = await passwords.verify(password ?? '', account.password, call.signal)
    return { isRight, value: isRight }
  })
  if (!isRight) throw accountsProblems.problem('login_bad_credentials')
}

/** By which tries at an account are counted, whatever it was called. */
export function identifierOf({ email, username }: StoredAccount): Identifier | null {
  if (email !== null) return { kind: 'email', text: email }
  return username === null ? null : { kind: 'username', text: username }
}
