/** What a second factor is. */
export type FactorKind = 'totp' | 'passkey'

/**
 * What stands in `methods` of a login session: how somebody showed who they are. `mail` is a link, `otp` a code in a
 * mail; `totp`, `passkey`, `recovery` and `email` were second factors, `passkey` may have been the first.
 */
export type LoginMethod =
  | 'pwd'
  | 'mail'
  | 'otp'
  | 'totp'
  | 'passkey'
  | 'recovery'
  | 'email'
  | 'federated'

/** What a login can be finished by. */
export type SecondFactor = Extract<LoginMethod, 'totp' | 'passkey' | 'recovery' | 'email'>

/** A factor as it is kept. Times are milliseconds since the Unix epoch. */
export interface StoredFactor {
  readonly id: string
  readonly accountId: string
  readonly kind: FactorKind
  /** As its owner calls it. */
  readonly name: string
  /** Of the ring, whose key `secret` is sealed with; `null` for what has no secret. */
  readonly keyId: string | null
  /** Sealed with AES-256-GCM (TOTP); `null` for a passkey. */
  readonly secret: string | null
  /** base64url; `null` for what is no passkey. Of all accounts one has it. */
  readonly credentialId: string | null
  /** COSE, base64url. */
  readonly publicKey: string | null
  /** TOTP: the newest step that was used (RFC 6238 §5.2); passkeys: the counter of the authenticator. */
  readonly counter: number
  /** What else its kind knows, such as transports of a passkey or the drift of a phone; no secrets. */
  readonly details: Readonly<Record<string, unknown>>
  readonly createdAt: number
  /** `null` until its owner has shown that it works: until then it opens nothing and asks nobody. */
  readonly confirmedAt: number | null
  readonly usedAt: number | null
}
