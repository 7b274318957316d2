import { isRecord } from '../../base/plain/is-record.ts'

/** Keys that the sender of a token must show that it holds (RFC 7800 §3): a stolen token is of no use. */
export interface KeyBinding {
  /** Thumbprint of the key of DPoP proofs (RFC 9449 §6.1). */
  readonly jkt: string | null
  /** Thumbprint of the client's certificate (RFC 8705 §3.1). */
  readonly certificate: string | null
}

/** SHA-256 in base64url. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/

/**
 * What a token is bound to by `cnf`.
 *
 * @returns `null` for a token that is bound to nothing; `undefined` for a binding that is malformed or of
 * a kind we cannot check, and must therefore not overlook
 */
export function bindingOf(cnf: unknown): KeyBinding | null | undefined {
  if (cnf === undefined) return null
  if (!isRecord(cnf)) return undefined
  const { jkt, 'x5t#S256': certificate, ...others } = cnf
  if (Object.keys(others).length > 0) return undefined
  if (jkt === undefined && certificate === undefined) return undefined
  for (const print of [jkt, certificate]) {
    if (print !== undefined && !(typeof print === 'string' && THUMBPRINT.test(print)))
      return undefined
  }
  // Both have been looked at.
  return { jkt: (jkt as string) ?? null, certificate: (certificate as string) ?? null }
}
