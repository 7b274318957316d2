import type { Authenticator } from '../../../auth.ts'
import type { Call, Dependency, Reply } from '../../../index.ts'
import type { Account, StoredAccount } from '../account.ts'
import type { Identifier } from '../identifier.ts'
import type { GatePass } from '../mfa/gate-pass.ts'

/** How a browser or a program carries its login. */
export type SessionMode = 'bearer' | 'cookie'

/** Somebody who has proved who they are. */
export interface SignIn {
  /** As it was read when the proof was looked at: after a change of the epoch meanwhile the session is dead. */
  readonly account: StoredAccount
  /** What was shown, as `LoginMethod` names it; not looked at where there is a pass. */
  readonly methods: readonly string[]
  /** When they were shown, where that was elsewhere; milliseconds since the Unix epoch. Default now. */
  readonly shownAt?: number | null
  /**
   * That the gate was asked already: of a login that a second factor finished, and of a session in the place of another one.
   * Default none: `begin` asks it.
   */
  readonly pass?: GatePass
  readonly mode: SessionMode
  /** Client id as `clients` names it; `null` for the app's own. */
  readonly clientId: string | null
  /** Beside the tokens in the answer of bearer mode, as a cookie in the other. */
  readonly deviceToken: string | null
  /** The cookie of the device, to which a login is bound that waits for a second factor; `begin` looks itself. */
  readonly device?: string | null
  /** By what it is trusted not to be asked for a second factor. Default its cookie. */
  readonly trusted?: string | null
  /** What it was called at this login; the device is known by that once it is finished. Default none. */
  readonly identifier?: Identifier | null
  /** A link or a code that this login uses up once it is finished. Default none. */
  readonly uses?: { readonly purpose: 'magic_link' | 'email_code'; readonly id: string } | null
  /** Given to the device, which is not asked again. Default none. */
  readonly trustToken?: string | null
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
  /** What the browser says of the session it has, whether it is good or not; `null` for nothing, and for callers without cookies. */
  readonly loginCookie: Dependency<string | null>
  /** By what the browser is trusted not to be asked for a second factor; `null` for nothing. */
  readonly trustedCookie: Dependency<string | null>
  /**
   * The only way in, with the gate of second factors inside (MFA-1), and `onLogin` behind it. A new session, never one that was there before (fixation). The one that the call came with ends.
   *
   * @returns the answer of a login: tokens, or cookies and no tokens
   * @throws Problem `MFA_REQUIRED`, with a pre-token and nothing else, where more is needed
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
  /**
   * Takes a session over a change of the epoch that ended all others: its holder has shown just now who he is. Never before the
   * commit: a unit that is given up would leave a session of an epoch to come, which the next change makes good again. One
   * that was over before stays so.
   *
   * @param owner with the epoch that it had
   * @param epoch that it has now
   */
  keep(owner: SessionOwner & Pick<StoredAccount, 'epoch'>, id: string, epoch: number): Promise<void>
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
