import type { Call } from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import type { SecondFactor } from './factor.ts'
import type { Step } from './step-store.ts'

/** A second factor that was right. */
export interface ProvedFactor {
  readonly method: SecondFactor
  /**
   * Uses it up, by one conditional statement in the unit: a step of TOTP, a recovery code, a counter. Called once, after
   * all that can be refused.
   *
   * @returns false where somebody was faster: it opens nothing then
   */
  useUp(unit: object): Promise<boolean>
}

/**
 * Whoever looks at a second factor: a code, an assertion. Outside units, so that it may hash, and within the try that was
 * counted: it must not be asked elsewhere.
 */
export interface SecondFactorProof {
  /**
   * @param step of the login that waits for it; `null` where somebody who is signed in shows it once more
   * @returns `null` for a wrong one, whatever is wrong with it
   * @throws Error where nobody can say: the try is given back
   */
  check(account: StoredAccount, call: Call, step: Step | null): Promise<ProvedFactor | null>
}
