import { checkOptionNames, equalSecrets, type OptionNames } from '../../../parts.ts'
import { challengeOf, type PasskeyPurpose } from './passkey-challenge.ts'
import { readAssertion } from './read-credential.ts'

/**
 * What somebody signed with a passkey, to be kept beside what was decided by it: whoever has it and the public key can
 * look at it again later, without us and without the device. No secrets: nothing can be done with it a second time.
 */
export type PasskeyEvidence = {
  readonly version: 1
  readonly purpose: string
  /** Account that decided. */
  readonly subject: string
  /** Digest of what was decided, as it was given to whoever asked; `null` where nothing was. */
  readonly digest: string | null
  /** What was random in the challenge. base64url. */
  readonly nonce: string
  readonly credentialId: string
  /** COSE key of then, base64url. */
  readonly publicKey: string
  readonly rpId: string
  /** base64url, as they were signed. */
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
  /** Milliseconds since the Unix epoch, by the clock of the app. */
  readonly at: number
}

/** What evidence must be of, from where it is known otherwise: it vouches for nothing that it says of itself. */
export interface ExpectedEvidence {
  readonly digest: string
  /** Of the passkey, as it was kept elsewhere: base64url. */
  readonly publicKey: string
  readonly rpId: string
  readonly origins: readonly string[]
}

const EXPECTED: OptionNames<ExpectedEvidence> = {
  digest: true,
  publicKey: true,
  rpId: true,
  origins: true,
}

/**
 * Whether somebody with this passkey was looked at and decided this. Loads `@simplewebauthn/server` at first use.
 *
 * @returns false for evidence of something else, of another passkey, or that was changed
 * @throws ImproperlyConfigured where the library is not installed, and for a name that `expected` does not have
 */
export async function verifyPasskeyEvidence(
  evidence: PasskeyEvidence,
  expected: ExpectedEvidence,
): Promise<boolean> {
  checkOptionNames('verifyPasskeyEvidence()', expected, EXPECTED)
  const { digest, publicKey, rpId, origins } = expected
  if (typeof evidence !== 'object' || evidence === null) return false
  const { version, purpose, nonce, credentialId } = evidence
  const { clientDataJSON, authenticatorData, signature } = evidence
  const texts = [purpose, nonce, credentialId, clientDataJSON, authenticatorData, signature]
  if (version !== 1 || texts.some((text) => typeof text !== 'string')) return false
  if (typeof evidence.digest !== 'string' || typeof digest !== 'string') return false
  if (!equalSecrets(evidence.digest, digest) || evidence.publicKey !== publicKey) return false
  // Whatever it says it was for, a challenge was made of that word.
  const challenge = challengeOf(purpose as PasskeyPurpose, nonce, digest)
  const read = await readAssertion({ id: rpId, origins, unusable: null }, challenge, publicKey, {
    id: credentialId,
    clientDataJSON,
    authenticatorData,
    signature,
    userHandle: null,
  })
  return read !== null
}
