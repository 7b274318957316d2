import { createHash, type KeyObject } from 'node:crypto'

/** Members of a thumbprint by type of key, in the order of their names (RFC 7638 §3.2). */
const MEMBERS: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['RSA', ['e', 'kty', 'n']],
  ['EC', ['crv', 'kty', 'x', 'y']],
  ['OKP', ['crv', 'kty', 'x']],
])

/** The thumbprint of a public key: equal for equal keys, whatever else their JWK said (RFC 7638). */
export function thumbprintOf(key: KeyObject): string {
  // From the key and not from what was sent, which may spell it in another way.
  const jwk: Readonly<Record<string, unknown>> = { ...key.export({ format: 'jwk' }) }
  const names = MEMBERS.get(jwk['kty']) ?? []
  return sha256(JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]]))))
}

/** SHA-256 in base64url: of a token in a proof (`ath`), of a certificate (`x5t#S256`). */
export function sha256(value: string | Uint8Array): string {
  return createHash('sha256').update(value).digest('base64url')
}
