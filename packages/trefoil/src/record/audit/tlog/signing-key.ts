import { createPrivateKey, createPublicKey, type JsonWebKey, KeyObject } from 'node:crypto'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { isNoteName, signNote, verifierKeyText } from './note.ts'

/** An Ed25519 private key: PEM, JWK, or as Node has it. */
export type SigningKey = string | JsonWebKey | KeyObject

/** Signs checkpoints in the name of a log. Shows nothing of its private key. */
export interface CheckpointSigner {
  /** Name of the log. */
  readonly origin: string
  /** What verifies its checkpoints: to give to whoever verifies. */
  readonly verifierKey: string
  sign(text: string): string
}

/**
 * @param key Ed25519 private key: PEM, JWK or a `KeyObject`
 * @throws ImproperlyConfigured for what is none, and for a name that cannot be one; never what it is
 */
export function checkpointSigner(origin: string, key: unknown): CheckpointSigner {
  if (!isNoteName(origin)) {
    throw new ImproperlyConfigured(
      'checkpoints.origin must be a name without spaces and plus signs, such as example.com/store/audit',
    )
  }
  const own = privateKey(key)
  const verifierKey = verifierKeyText(origin, createPublicKey(own))
  return Object.freeze({
    origin,
    verifierKey,
    sign: (text: string) => signNote(text, origin, own),
  })
}

function privateKey(given: unknown): KeyObject {
  let key: KeyObject | null = null
  try {
    if (given instanceof KeyObject) key = given
    else if (typeof given === 'string') key = createPrivateKey(given)
    else if (typeof given === 'object' && given !== null) {
      // What it is made of is looked at by `createPrivateKey`.
      key = createPrivateKey({ key: given as JsonWebKey, format: 'jwk' })
    }
  } catch {
    // What Node says of a key may show of it.
  }
  if (key === null || key.type !== 'private' || key.asymmetricKeyType !== 'ed25519') {
    throw new ImproperlyConfigured(
      'checkpoints.key must be an Ed25519 private key as PEM or JWK; make one with `openssl genpkey -algorithm ed25519`',
    )
  }
  return key
}
