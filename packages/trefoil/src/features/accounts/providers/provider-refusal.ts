import type * as oauth from 'oauth4webapi'
import { ServiceFailed } from '../../../inner.ts'

/** Why nobody was signed in by a provider. */
export type Refusal =
  /** It cannot be reached, or does not answer as one. */
  | 'unavailable'
  /** Its answer is of another login (GHSA-wxw3-q3m9-c3jr). */
  | 'nonce'
  /** What it says is not signed by it, not for this app, not good now, or not complete. */
  | 'claims'
  /** Where it says who has which mailbox. */
  | 'userinfo'

/** A provider did not say who somebody is. Says nothing that it wrote. */
export class ProviderRefused extends Error {
  override readonly name = 'ProviderRefused'
  readonly kind: Refusal

  constructor(kind: Refusal, cause?: unknown) {
    super(`The provider's answer was not taken: ${kind}`, { cause })
    this.kind = kind
  }
}

/**
 * Runs it, and makes one kind of error of the many that a provider can cause.
 *
 * @param otherwise what an answer means that is none
 * @throws ProviderRefused
 */
export async function refusalOf<Value>(
  library: Pick<typeof oauth, 'JWT_CLAIM_COMPARISON'>,
  otherwise: Refusal,
  work: () => Promise<Value>,
): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ProviderRefused) throw error
    if (error instanceof ServiceFailed) {
      // It was reached, and wants nothing of what it was sent: a code that is used up or another's.
      const saidNo = /^answers 4\d\d$/.test(error.message)
      throw new ProviderRefused(saidNo ? otherwise : 'unavailable', error)
    }
    const { code, cause } = Object(error)
    const isNonce = code === library.JWT_CLAIM_COMPARISON && Object(cause).claim === 'nonce'
    throw new ProviderRefused(isNonce ? 'nonce' : otherwise, error)
  }
}
