import type { NewCredential, SignedCredential } from './credential-field.ts'
import { ALGORITHMS } from './passkey-challenge.ts'
import type { RelyingParty } from './passkey-options.ts'
import { type WebauthnLibrary, webauthnLibrary } from './webauthn-library.ts'

/** A passkey that was made just now. */
export interface MadePasskey {
  /** Base64url. */
  readonly credentialId: string
  /** COSE key, base64url. */
  readonly publicKey: string
  readonly counter: number
  readonly transports: readonly string[]
  /** True where it is kept in several places, such as with the maker of the phone. */
  readonly isSynced: boolean
  /** Kind of device, as it says of itself; no proof of anything. */
  readonly aaguid: string
}

/** A signature that is right. */
export interface ReadAssertion {
  /** How often the device has signed; 0 for devices that do not count. */
  readonly counter: number
  readonly isSynced: boolean
}

/** RSA of 4096 bits. A larger one makes each login slow. */
const LARGEST_KEY = 640

/**
 * Looks at what a browser made for a challenge of ours.
 *
 * @returns `null` for whatever is not that: another challenge, another site, nobody looked at the person, …
 */
export async function readRegistration(
  { id: rpId, origins }: RelyingParty,
  challenge: string,
  credential: NewCredential,
): Promise<MadePasskey | null> {
  if (!isOfOurPage(credential.clientDataJSON)) return null
  const library = await webauthnLibrary()
  return orNull(async () => {
    if (!isUnattested(library, credential.attestationObject)) return null
    const { id, clientDataJSON, attestationObject } = credential
    const { verified, registrationInfo } = await library.verifyRegistrationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        response: { clientDataJSON, attestationObject },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: true,
      // Without it the library asks what this Node has, which prints a warning.
      supportedAlgorithmIDs: [...ALGORITHMS],
    })
    if (!verified) return null
    const { credential: made, credentialDeviceType, aaguid } = registrationInfo
    // The name beside it is not signed.
    if (made.id !== id || made.publicKey.length > LARGEST_KEY) return null
    return {
      credentialId: id,
      publicKey: Buffer.from(made.publicKey).toString('base64url'),
      counter: made.counter,
      transports: credential.transports,
      isSynced: credentialDeviceType === 'multiDevice',
      aaguid,
    }
  })
}

/**
 * Looks at a signature over a challenge of ours. The counter is left to whoever knows the one before: it means something
 * only once the signature is known to be right.
 *
 * @returns `null` for whatever is not that
 */
export async function readAssertion(
  { id: rpId, origins }: RelyingParty,
  challenge: string,
  publicKey: string,
  credential: SignedCredential,
): Promise<ReadAssertion | null> {
  if (!isOfOurPage(credential.clientDataJSON)) return null
  const library = await webauthnLibrary()
  return orNull(async () => {
    const { id, clientDataJSON, authenticatorData, signature } = credential
    const { verified, authenticationInfo } = await library.verifyAuthenticationResponse({
      response: {
        id,
        rawId: id,
        type: 'public-key',
        response: { clientDataJSON, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: [...origins],
      expectedRPID: rpId,
      requireUserVerification: true,
      credential: {
        id,
        publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')),
        counter: 0,
      },
    })
    if (!verified) return null
    const { newCounter: counter, credentialDeviceType } = authenticationInfo
    return { counter, isSynced: credentialDeviceType === 'multiDevice' }
  })
}

/**
 * Not in a frame of somebody else's page: whoever frames ours has its visitor sign for what he does not see. The library
 * looks at that for logins alone, and only where the browser says which page it was.
 */
function isOfOurPage(clientDataJSON: string): boolean {
  let data: unknown
  try {
    data = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'))
  } catch {
    return false
  }
  if (typeof data !== 'object' || data === null) return false
  const { crossOrigin = false, topOrigin } = data as Readonly<Record<string, unknown>>
  return crossOrigin === false && topOrigin === undefined
}

/**
 * Nobody is asked what made the passkey, and what comes all the same is refused: for certificates the library would ask
 * whichever server they name whether they were revoked, and whoever registers writes them (SSRF).
 */
function isUnattested(library: WebauthnLibrary, attestationObject: string): boolean {
  const decoded = library.decodeAttestationObject(
    new Uint8Array(Buffer.from(attestationObject, 'base64url')),
  )
  const format = decoded.get('fmt')
  if (format === 'none') return true
  // Signed by the passkey itself: browsers hand that on although nothing was asked for.
  return format === 'packed' && decoded.get('attStmt').get('x5c') === undefined
}

/** The library throws for whatever is wrong with what it is given, in whichever way. */
async function orNull<Value>(read: () => Promise<Value | null>): Promise<Value | null> {
  try {
    return await read()
  } catch {
    return null
  }
}
