// Written by the room of login sessions; here is what the flows build on.
import type { Authenticator } from '../../../auth.ts'
import type { Call, Reply } from '../../../index.ts'
import type { Account, StoredAccount } from '../account.ts'

/** How a browser or a program carries its login. */
export type SessionMode = 'bearer' | 'cookie'

/** Somebody who has proved who they are. */
export interface SignIn {
  readonly account: StoredAccount
  /** RFC 8176: `pwd`, `otp`, `mail`. */
  readonly methods: readonly string[]
  readonly mode: SessionMode
  /** Client id as `clients` names it; `null` for the app's own. */
  readonly clientId: string | null
  /** Beside the tokens in the answer of bearer mode, as a cookie in the other. */
  readonly deviceToken: string | null
}

/** A login session as its owner and operators see it. Times are milliseconds since the Unix epoch. */
export interface SessionView {
  readonly id: string
  readonly current: boolean
  readonly createdAt: number
  readonly lastSeenAt: number
  /** Browser and system in few words; `null` where nothing was said. */
  readonly device: string | null
  /** /24 of IPv4, /48 of IPv6; `null` where nobody knows. */
  readonly address: string | null
  readonly methods: readonly string[]
}

/** Who is signed in, and until when. */
export interface LoginSessions {
  readonly authenticator: Authenticator
  /**
   * A new session, never one that was there before (fixation). The one that the call came with ends.
   *
   * @returns the answer of a login: tokens, or cookies and no tokens
   */
  begin(call: Call, signIn: SignIn): Promise<Reply<unknown>>
  /** 200 with a new pair, or a problem: `missing_refresh_token`, `invalid_refresh_token` (401). */
  refresh(call: Call, token: string | null, clientId: string | null): Promise<Reply<unknown>>
  /** 204: the session of this call is over on the server, cookies are cleared. */
  signOut(call: Call): Promise<Reply<unknown>>
  list(
    account: Pick<Account, 'id' | 'tenant'>,
    current: string | null,
  ): Promise<readonly SessionView[]>
  /** @returns false where the account has none of that id */
  end(account: Pick<Account, 'id' | 'tenant'>, id: string): Promise<boolean>
  /**
   * What the change of the epoch has ended already, and what of it is left in the stores and in the verdicts
   * that this process keeps. To be called once the change is committed, or to end all without a change.
   *
   * @param except id of the session that stays
   */
  endAll(account: Pick<Account, 'id' | 'tenant'>, except: string | null): Promise<number>
}
