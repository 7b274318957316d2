import type { Call, Clock } from '../../../index.ts'
import { equalSecrets } from '../../../parts.ts'
import type { StoredAccount } from '../account.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { StoredFactor } from '../mfa/factor.ts'
import type { FactorStore } from '../mfa/factor-store.ts'
import type { ProvedFactor } from '../mfa/second-factor-proof.ts'
import { bindingOf, type Step, type StepStore } from '../mfa/steps/step-store.ts'
import type { NewCredential, SignedCredential } from './credential-field.ts'
import {
  type CredentialName,
  challengeOf,
  creationOptions,
  nonceOf,
  type PasskeyPurpose,
  requestOptions,
  userHandleOf,
} from './passkey-challenge.ts'
import type { PasskeyEvidence } from './passkey-evidence.ts'
import type { PasskeyValues, RelyingParty } from './passkey-options.ts'
import { type MadePasskey, readAssertion, readRegistration } from './read-credential.ts'

/** What passkeys are made of. */
export interface PasskeyParts {
  readonly values: PasskeyValues
  readonly party: RelyingParty
  readonly steps: StepStore
  readonly factors: FactorStore
  readonly clock: Clock
  /** What devices call the app. */
  name(): string
  /** Told of a passkey that is in two hands, outside of any unit. */
  copied(call: Call, factor: StoredFactor): Promise<void>
}

/** What a browser is asked. */
export interface PasskeyQuestion {
  /** To be sent along with the answer; good once. */
  readonly step: string
  /** For `startRegistration()` or `startAuthentication()`. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Whom a passkey is asked of, and what for. */
export interface Asked {
  readonly purpose: PasskeyPurpose
  /** `null` where the device is to say who it is. */
  readonly account: Pick<StoredAccount, 'id' | 'epoch'> | null
  /** What else the answer is bound to: the login session, or the login that waits for it. Empty for nothing. */
  readonly scope: string
  /** What the browser said of the device it is; `null` for nothing, and where a session is known. */
  readonly device: string | null
}

/** Somebody who has shown a passkey, and was looked at by the device. */
export interface PasskeyProof extends ProvedFactor {
  readonly method: 'passkey'
  readonly accountId: string
  readonly evidence: PasskeyEvidence
}

/** Asks for passkeys, and looks at what comes back. Each question is answered once, rightly or wrongly. */
export class Passkeys {
  readonly #parts: PasskeyParts

  constructor(parts: PasskeyParts) {
    this.#parts = parts
  }

  /** How many an account may have. */
  get most(): number {
    return this.#parts.values.most
  }

  /**
   * A question to somebody who is signed in, for a new passkey.
   *
   * @throws Problem `passkey_wrong_origin`
   */
  async askForNew(
    call: Call,
    asked: Asked & { readonly account: StoredAccount },
    known: readonly StoredFactor[],
  ): Promise<PasskeyQuestion> {
    const { party, values, name } = this.#parts
    const { account, purpose } = asked
    this.#checkPage(call)
    const step = await this.#issue(call, asked, null)
    const challenge = challengeOf(purpose, nonceOf(step), null)
    const user = { id: account.id, name: account.email ?? account.username ?? account.id }
    const names = known.flatMap(nameOf)
    const lifetime = values.challengeLifetime
    return { step, options: creationOptions(party, name(), user, challenge, names, lifetime) }
  }

  /** @returns `null` for whatever is no answer to a question of ours; it is used up all the same */
  async readNew(
    call: Call,
    asked: Asked,
    step: string,
    credential: NewCredential,
  ): Promise<MadePasskey | null> {
    const taken = await this.#take(call, asked, step)
    if (taken === null) return null
    const challenge = challengeOf(asked.purpose, nonceOf(step), null)
    return readRegistration(this.#parts.party, challenge, credential)
  }

  /**
   * A question to whoever has a passkey.
   *
   * @param digest of what is decided by the answer, such as that of a request: evidence of it comes back with the proof.
   *   Default nothing
   * @throws Problem `passkey_wrong_origin`, `passkey_missing` for an account that has none
   */
  async ask(call: Call, asked: Asked, digest: string | null = null): Promise<PasskeyQuestion> {
    const { party, factors, values } = this.#parts
    const { account, purpose } = asked
    this.#checkPage(call)
    const known = account === null ? [] : (await factors.confirmed(account.id)).flatMap(nameOf)
    // Without a name the device would offer any that it has, also another account's.
    if (account !== null && known.length === 0) throw accountsProblems.problem('passkey_missing')
    const step = await this.#issue(call, asked, digest)
    const challenge = challengeOf(purpose, nonceOf(step), digest)
    return { step, options: requestOptions(party, challenge, known, values.challengeLifetime) }
  }

  /**
   * Looks at an answer. To be called while the call has no unit open: a passkey in two hands is told of in one of its own.
   *
   * @param decided digest of what is decided by it: it was asked with that, or is refused. Default nothing
   * @returns `null` for whatever is no answer to this question by a passkey of this account; it is used up all the same
   */
  async prove(
    call: Call,
    asked: Asked,
    step: string,
    credential: SignedCredential,
    decided: string | null = null,
  ): Promise<PasskeyProof | null> {
    const { party, factors, clock, copied } = this.#parts
    const { purpose, account } = asked
    const taken = await this.#take(call, asked, step)
    const factor = await factors.byCredential(credential.id)
    if (taken === null || factor === null || !isOf(factor, account, credential)) return null
    const { accountId, publicKey, credentialId } = factor
    if (publicKey === null || credentialId === null) return null
    const { digest = null } = taken.details
    // Whoever was shown one thing decides no other.
    // Nothing that is decided has an empty digest.
    if (!equalSecrets(String(digest ?? ''), decided ?? '')) return null
    const nonce = nonceOf(step)
    const challenge = challengeOf(purpose, nonce, decided)
    const read = await readAssertion(party, challenge, publicKey, credential)
    // It can never become one that is kept in several places, nor stop being one (WebAuthn §6.1.3).
    if (read === null || read.isSynced !== factor.details['synced']) return null
    const { counter } = read
    const counts = counter !== 0 || factor.counter !== 0
    if (counts && counter <= factor.counter) {
      // Signed by the very key, and counted before: somebody else has it, too (WebAuthn §6.1.1).
      await copied(call, factor)
      return null
    }
    const { clientDataJSON, authenticatorData, signature } = credential
    return {
      method: 'passkey',
      accountId,
      factorId: factor.id,
      evidence: Object.freeze({
        version: 1,
        purpose,
        subject: accountId,
        digest: decided,
        nonce,
        credentialId,
        publicKey,
        rpId: party.id,
        clientDataJSON,
        authenticatorData,
        signature,
        at: clock.now(),
      }),
      useUp: (unit) =>
        counts ? factors.use(unit, factor.id, counter) : factors.useUncounted(unit, factor.id),
    }
  }

  /**
   * A page that browsers would not let have them, said before anybody is asked to touch something. Its origin is held to
   * those of the configuration, and never taken for one of them.
   */
  #checkPage(call: Call): void {
    const { party } = this.#parts
    const { origins, unusable } = party
    const origin = call.request.headers.get('origin')
    if (unusable === null && (origin === null || origins.includes(origin))) return
    throw accountsProblems.problem('passkey_wrong_origin', {
      fix: unusable ?? `Open the page at ${origins.join(' or ')}`,
    })
  }

  async #issue(
    call: Call,
    { purpose, account, scope, device }: Asked,
    digest: string | null,
  ): Promise<string> {
    const { steps, values } = this.#parts
    const { token } = await steps.issue({
      purpose,
      account,
      bound: bindingOf(call.client, null, device),
      details: { scope, digest },
      lifetime: values.challengeLifetime,
    })
    return token
  }

  /** Uses it up: whoever has many answers has one try. */
  async #take(
    call: Call,
    { purpose, account, scope, device }: Asked,
    step: string,
  ): Promise<Step | null> {
    const bound = bindingOf(call.client, null, device)
    const taken = await this.#parts.steps.consume(call, purpose, step, bound)
    if (taken === null || taken.details['scope'] !== scope) return null
    // Of before a change after which nobody of before may stay.
    const isSame =
      taken.accountId === (account?.id ?? null) && taken.epoch === (account?.epoch ?? null)
    return isSame ? taken : null
  }
}

/** A device that says who it is must say so; one that was asked for by name may (WebAuthn §7.2, 6). */
function isOf(
  { accountId, kind }: StoredFactor,
  account: Asked['account'],
  { userHandle }: SignedCredential,
): boolean {
  if (kind !== 'passkey' || (account !== null && account.id !== accountId)) return false
  if (userHandle === null) return account !== null
  return userHandle === userHandleOf(accountId)
}

function nameOf({ kind, credentialId, details }: StoredFactor): readonly CredentialName[] {
  if (kind !== 'passkey' || credentialId === null) return []
  const { transports } = details
  const words = Array.isArray(transports) ? transports.map(String) : []
  return [{ credentialId, transports: words }]
}
