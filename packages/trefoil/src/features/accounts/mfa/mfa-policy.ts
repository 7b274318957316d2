import type { Awaitable, Call, Duration } from '../../../index.ts'
import type { Account } from '../account.ts'
import type { SecondFactor } from './factor.ts'

/** What a login needs beside its first proof (MFA-7). */
export interface MfaRequirement {
  readonly required: boolean
  /** By which it may be finished, and which may be set up for it. Default: all that the account has and the options allow. */
  readonly allowedFactors?: readonly SecondFactor[]
  /** Devices that were trusted longer ago are asked all the same. Default: as long as they are trusted. */
  readonly maxAge?: Duration
}

/** Who needs a second factor, and what is to be told of it. */
export interface MfaPolicy {
  /**
   * Asked at every login, after its first proof: the account, and the call with its surface and its action. True is
   * required. Whoever has set up a factor is asked for it whatever this says. A throw, and an answer that is none, means
   * required, on trusted devices too (MFA-7). A unit may be open meanwhile: begin none. Default: what the other options say.
   */
  readonly shouldRequire?: (user: Account, call: Call) => Awaitable<boolean | MfaRequirement>
  /** Before a login is answered with `MFA_REQUIRED`; a throw is logged and changes nothing. Default nothing. */
  readonly onChallenge?: (user: Account, call: Call) => Awaitable<void>
  /** Once a second factor was right and before the session begins; a throw is logged and changes nothing. Default nothing. */
  readonly onSuccess?: (user: Account, call: Call) => Awaitable<void>
}
