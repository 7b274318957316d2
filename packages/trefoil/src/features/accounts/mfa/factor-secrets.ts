import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { AccountKeys } from '../account-keys.ts'

const NONCE = 12
const TAG = 16

/** A secret as it is kept, and by which key. */
export interface SealedSecret {
  readonly keyId: string
  /** base64url of nonce, AES-256-GCM and tag. */
  readonly secret: string
}

/**
 * Seals a secret of a factor for one account: copied to another's row it opens nothing.
 *
 * @param secret bytes of TOTP, or whatever else must be read again
 */
export function sealFactorSecret(
  keys: AccountKeys,
  accountId: string,
  secret: Uint8Array,
): SealedSecret {
  const { id: keyId, key } = keys.current('factor')
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  cipher.setAAD(Buffer.from(accountId, 'utf8'))
  const sealed = Buffer.concat([nonce, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
  return { keyId, secret: sealed.toString('base64url') }
}

/** @returns `null` once the ring has its key no more, and for what was changed, or is another account's */
export function openFactorSecret(
  keys: AccountKeys,
  accountId: string,
  { keyId, secret }: { readonly keyId: string | null; readonly secret: string | null },
): Buffer | null {
  const sealing = keys.find('factor', keyId ?? '')
  if (sealing === null || secret === null) return null
  const bytes = Buffer.from(secret, 'base64url')
  if (bytes.length < NONCE + TAG) return null
  const decipher = createDecipheriv('aes-256-gcm', sealing.key, bytes.subarray(0, NONCE), {
    authTagLength: TAG,
  })
  decipher.setAAD(Buffer.from(accountId, 'utf8'))
  decipher.setAuthTag(bytes.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(bytes.subarray(NONCE, -TAG)), decipher.final()])
  } catch {
    return null
  }
}

/** True for what is to be sealed anew by the key of today; see `FactorStore.reseal`. */
export function isSealedByFormerKey(keys: AccountKeys, keyId: string | null): boolean {
  return keyId !== null && keys.current('factor').id !== keyId
}
