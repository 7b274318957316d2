import { createHash } from 'node:crypto'
import type { StepPurpose } from '../mfa/steps/step-store.ts'
import type { RelyingParty } from './passkey-options.ts'

/** What a passkey is asked for. An answer to one of them is none to another (MFA-3). */
export type PasskeyPurpose = Extract<StepPurpose, `passkey_${string}`>

/** A passkey, as browsers name it. */
export interface CredentialName {
  readonly credentialId: string
  readonly transports: readonly string[]
}

/** Whom devices show a passkey as. */
export interface PasskeyUser {
  /** Of the account; random, and no address. */
  readonly id: string
  readonly name: string
}

/** EdDSA, ES256, RS256: what devices of today have. */
export const ALGORITHMS: readonly number[] = [-8, -7, -257]

const LABEL = 'trefoil passkey v1'

/**
 * What of the token of a step goes into its challenge: the token is random and its digest alone is kept, so that no
 * challenge lies in a database; and evidence that is kept says nothing that a step could be taken with.
 */
export function nonceOf(step: string): string {
  return digest([`${LABEL} nonce`, step])
}

/**
 * What is signed: 32 bytes, derived from what the question is for, from what is random in it, and from the digest of what is
 * decided by the answer, where something is.
 *
 * @param decided `null` for nothing
 * @returns base64url
 */
export function challengeOf(
  purpose: PasskeyPurpose,
  nonce: string,
  decided: string | null,
): string {
  return digest([`${LABEL} challenge`, purpose, nonce, decided])
}

function digest(parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts), 'utf8').digest('base64url')
}

/** What of an account a device keeps, and shows us again at a login (WebAuthn §5.4.3: nothing that says who it is). */
export function userHandleOf(accountId: string): string {
  return Buffer.from(accountId, 'utf8').toString('base64url')
}

/** Options of `navigator.credentials.create()`, as JSON. */
export function creationOptions(
  party: RelyingParty,
  name: string,
  user: PasskeyUser,
  challenge: string,
  known: readonly CredentialName[],
  timeout: number,
): Readonly<Record<string, unknown>> {
  return {
    rp: { id: party.id, name },
    user: { id: userHandleOf(user.id), name: user.name, displayName: user.name },
    challenge,
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    timeout,
    // What made it is nobody's business: nothing here is decided by it.
    attestation: 'none',
    // A device that has one already makes no second one.
    excludeCredentials: known.map(describe),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    extensions: { credProps: true },
  }
}

/**
 * Options of `navigator.credentials.get()`, as JSON.
 *
 * @param known of the account; empty where the device is to say who it is
 */
export function requestOptions(
  party: RelyingParty,
  challenge: string,
  known: readonly CredentialName[],
  timeout: number,
): Readonly<Record<string, unknown>> {
  return {
    rpId: party.id,
    challenge,
    timeout,
    userVerification: 'required',
    allowCredentials: known.map(describe),
  }
}

function describe({ credentialId, transports }: CredentialName): object {
  return { type: 'public-key', id: credentialId, transports }
}
