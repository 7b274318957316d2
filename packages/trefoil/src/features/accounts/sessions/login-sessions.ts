import type { Authenticator } from '../../../auth.ts'
import type { Call, Dependency, Reply } from '../../../index.ts'
import type { Account, StoredAccount } from '../account.ts'

/** How a browser or a program carries its login. */
export type SessionMode = 'bearer' | 'cookie'

/** Somebody who has proved who they are. */
export interface SignIn {
  /** As it was read when the proof was looked at: after a change of the epoch meanwhile the session is dead. */
  readonly account: Pick<StoredAccount, 'id' | 'tenant' | 'epoch'>
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

/** Whose sessions. */
export type SessionOwner = Pick<Account, 'id' | 'tenant'>

/** Who is signed in, and until when. */
export interface LoginSessions {
  readonly authenticator: Authenticator
  /** What the browser says of the device it is; `null` for nothing, and for callers without cookies. */
  readonly deviceCookie: Dependency<string | null>
  /**
   * A new session, never one that was there before (fixation). The one that the call came with ends.
   *
   * @returns the answer of a login: tokens, or cookies and no tokens
   * @throws Error when it cannot be stored: nobody is signed in then
   */
  begin(call: Call, signIn: SignIn): Promise<Reply<unknown>>
  /**
   * 200 with a new pair. Without a token, where the call has the cookie of a session: 200, and how long it is good.
   *
   * @param clientId of a client that has shown who it is; `null` for none
   * @throws Problem `missing_refresh_token`, `invalid_refresh_token`, `account_disabled` (401)
   */
  refresh(call: Call, token: string | null, clientId: string | null): Promise<Reply<unknown>>
  /** 204: the session of this call is over on the server, cookies are cleared. */
  signOut(call: Call): Promise<Reply<unknown>>
  /** Those that hold, the newest first. */
  list(owner: SessionOwner, current: string | null): Promise<readonly SessionView[]>
  /** @returns false where the account has none of that id that holds */
  end(owner: SessionOwner, id: string): Promise<boolean>
  /**
   * True for an id that was given to a session of this account, whether or not it still holds; once the key of
   * then is gone, while it holds.
   */
  isOf(owner: SessionOwner, id: string): Promise<boolean>
  /**
   * What the change of the epoch has ended already, and what of it is left in the stores and in the verdicts
   * that this process keeps. To be called once the change is committed, or to end all without a change.
   *
   * @param except id of the session that stays
   * @returns how many ended
   */
  endAll(owner: SessionOwner, except: string | null): Promise<number>
}
