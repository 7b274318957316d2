import type { Call } from '../../../index.ts'
import type { StoredAccount } from '../account.ts'
import type { SecondFactor } from './factor.ts'
import type { Step } from './steps/step-store.ts'

/** A second factor that was right. */
export interface ProvedFactor {
  readonly method: SecondFactor
  /** Of the row that it is of; `null` for recovery codes and mails. Default none. */
  readonly factorId?: string | null
  /**
   * What proves it to others later: of a passkey the assertion over the digest, which its stored public key verifies.
   * JSON; no secrets. Default none.
   */
  readonly evidence?: Readonly<Record<string, unknown>> | null
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
   * @param digest of what is decided by it, SHA-256 in base64url: a passkey signs it, or is refused; of a code it is written
   *   down with it. `null` for a login, and for nothing in particular
   * @returns `null` for a wrong one, whatever is wrong with it
   * @throws Error where nobody can say: the try is given back
   */
  check(
    account: StoredAccount,
    call: Call,
    step: Step | null,
    digest: string | null,
  ): Promise<ProvedFactor | null>
}
