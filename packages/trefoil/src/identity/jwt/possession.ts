import { X509Certificate } from 'node:crypto'
import { type Awaitable, promised } from '../../base/promise.ts'
import { type CredentialRefusal, refusal } from '../../contract/auth/refusal.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import type { DpopProofs } from './dpop-proofs.ts'
import type { KeyBinding } from './key-binding.ts'
import { sha256 } from './thumbprint.ts'

/** The client's certificate: DER bytes or PEM text; `null` for none. */
export type ClientCertificate = Uint8Array | string | null

const DPOP_TOKEN = /^dpop +([A-Za-z0-9._~+/=-]+) *$/i

/** The token of `Authorization: DPoP`, scheme in any case; `null` for another scheme or none. */
export function dpopToken(request: AuthRequest): string | null {
  return DPOP_TOKEN.exec(request.headers.get('authorization') ?? '')?.[1] ?? null
}

const BOUND = refusal('missing_proof', {
  text: 'Token is bound to a key that the request does not show',
})
const UNBOUND = refusal('missing_proof', { text: 'Token is bound to no key' })
const OTHER_CERTIFICATE = refusal('bad_proof', {
  text: 'Token is bound to another certificate than that of the connection',
})

/** The one of the connection, where it is a verified one. */
export function certificateOf(request: AuthRequest): ClientCertificate {
  return request.certificate ?? null
}

/** How a request may show that it holds what a token is bound to. */
export interface PossessionRules {
  readonly dpop: { readonly proofs: DpopProofs; readonly required: boolean } | null
  readonly certificate: ((request: AuthRequest) => Awaitable<ClientCertificate>) | null
}

/**
 * Whether a request shows that it holds what its token is bound to. Asked with every call: a remembered
 * token has shown nothing. Taken for an ordinary one, a stolen token that is bound would do without its
 * key (RFC 9449 §7.1).
 *
 * @param isDpop true for `Authorization: DPoP`
 * @returns why the request is refused, or `null`
 */
export function possessionRefusal(
  rules: PossessionRules,
  binding: KeyBinding | null,
  request: AuthRequest,
  token: string,
  isDpop: boolean,
): CredentialRefusal | null | Promise<CredentialRefusal | null> {
  const { jkt, certificate } = binding ?? { jkt: null, certificate: null }
  if (jkt === null && (isDpop || rules.dpop?.required === true)) return UNBOUND
  if (jkt !== null && (rules.dpop === null || !isDpop)) return BOUND
  if (certificate !== null && rules.certificate === null) return BOUND
  if (jkt === null && certificate === null) return null
  return shown(rules, jkt, certificate, request, token)
}

async function shown(
  rules: PossessionRules,
  jkt: string | null,
  certificate: string | null,
  request: AuthRequest,
  token: string,
): Promise<CredentialRefusal | null> {
  if (certificate !== null) {
    const given: unknown = rules.certificate?.(request)
    const client = (await (promised(given) ?? given)) as ClientCertificate
    if (client === null) return BOUND
    if (thumbprintOfCertificate(client) !== certificate) return OTHER_CERTIFICATE
  }
  if (jkt === null) return null
  return (await rules.dpop?.proofs.check(request, token, jkt)) ?? null
}

/** @throws for what is no certificate: the hook failed, not the caller */
function thumbprintOfCertificate(certificate: unknown): string {
  if (certificate instanceof Uint8Array) return sha256(certificate)
  if (typeof certificate === 'string') return sha256(new X509Certificate(certificate).raw)
  throw new TypeError('certificate of jwtAuth must answer DER bytes, PEM text or null')
}
