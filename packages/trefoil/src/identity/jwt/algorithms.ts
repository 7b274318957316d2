/** Signed with a secret that the verifier has too (RFC 7518 §3.2). */
export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512'

/** Signed with a private key, verified with the public one (RFC 7518 §3.3-3.5, RFC 8037, RFC 9864). */
export type PublicKeyAlgorithm =
  | 'RS256'
  | 'RS384'
  | 'RS512'
  | 'PS256'
  | 'PS384'
  | 'PS512'
  | 'ES256'
  | 'ES384'
  | 'ES512'
  | 'EdDSA'
  | 'Ed25519'

/** Signature algorithms of tokens. */
export type JwtAlgorithm = HmacAlgorithm | PublicKeyAlgorithm

/** What is to be known of an algorithm that signs with a secret. */
export interface HmacRow {
  readonly hash: 'sha256' | 'sha384' | 'sha512'
  /** A shorter secret is found sooner than the hash is broken (RFC 7518 §3.2). */
  readonly leastBytes: number
  /** Characters of a signature in base64url. */
  readonly signatureLength: number
}

export const HMAC: Readonly<Record<HmacAlgorithm, HmacRow>> = {
  HS256: { hash: 'sha256', leastBytes: 32, signatureLength: 43 },
  HS384: { hash: 'sha384', leastBytes: 48, signatureLength: 64 },
  HS512: { hash: 'sha512', leastBytes: 64, signatureLength: 86 },
}

/** What is to be known of an algorithm that signs with a private key. */
export interface PublicKeyRow {
  /** The type of its keys, as `node:crypto` calls it. */
  readonly keyType: 'rsa' | 'ec' | 'ed25519'
  /** The one curve of its keys, as `node:crypto` calls it; `null` where there are none. */
  readonly curve: string | null
  /** Bytes of a signature; `null`: as many as the modulus has. */
  readonly signatureBytes: number | null
}

const rsa: PublicKeyRow = { keyType: 'rsa', curve: null, signatureBytes: null }
const ed25519: PublicKeyRow = { keyType: 'ed25519', curve: null, signatureBytes: 64 }

/** In the order in which a key that does not say its algorithm is given one: the usual one first. */
export const PUBLIC_KEY: Readonly<Record<PublicKeyAlgorithm, PublicKeyRow>> = {
  RS256: rsa,
  RS384: rsa,
  RS512: rsa,
  PS256: rsa,
  PS384: rsa,
  PS512: rsa,
  ES256: { keyType: 'ec', curve: 'prime256v1', signatureBytes: 64 },
  ES384: { keyType: 'ec', curve: 'secp384r1', signatureBytes: 96 },
  ES512: { keyType: 'ec', curve: 'secp521r1', signatureBytes: 132 },
  EdDSA: ed25519,
  Ed25519: ed25519,
}

export function isHmac(name: unknown): name is HmacAlgorithm {
  return typeof name === 'string' && Object.hasOwn(HMAC, name)
}

export function isPublicKeyAlgorithm(name: unknown): name is PublicKeyAlgorithm {
  return typeof name === 'string' && Object.hasOwn(PUBLIC_KEY, name)
}
