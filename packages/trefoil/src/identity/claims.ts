import type { Identity } from '../contract/auth/auth-context.ts'
import { type AuthenticationError, refuseCredential } from '../contract/problems/problem.ts'

type Claims = Readonly<Record<string, unknown>>

/**
 * Turns verified claims into an identity (P-JWT-6, P-JWT-7, X-06). A claim of the wrong type
 * refuses the token: guessing what was meant is how a role is granted by mistake (PW-13).
 *
 * @throws AuthenticationError when a claim has the wrong type
 */
export function identityFromClaims(claims: Claims): Identity {
  for (const name of ['exp', 'iat', 'nbf']) requireFinite(claims, name)
  return {
    subject: subjectOf(claims),
    roles: list(claims['roles'], 'roles', false),
    scopes: [
      ...list(claims['scope'], 'scope', true),
      ...list(claims['scopes'], 'scopes', false),
      ...list(claims['scp'], 'scp', true),
    ],
    claims,
    issuer: typeof claims['iss'] === 'string' ? claims['iss'] : undefined,
    audience: audienceOf(claims['aud']),
    issuedAt: claims['iat'] as number | undefined,
    expiresAt: claims['exp'] as number | undefined,
    actor: actorOf(claims['act']),
  }
}

function subjectOf(claims: Claims): string {
  const subject = claims['sub'] === undefined ? claims['client_id'] : claims['sub']
  if (typeof subject !== 'string' || subject === '') throw invalid('sub')
  return subject
}

/** Text is one value, or several separated by spaces where the claim is defined so. */
function list(value: unknown, claim: string, spaced: boolean): readonly string[] {
  if (value === undefined) return []
  if (typeof value === 'string') {
    return spaced ? value.split(' ').filter((part) => part !== '') : [value]
  }
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string')) {
    throw invalid(claim)
  }
  return value
}

/** JSON has no infinity, but `1e400` parses to one and would never expire (PW-14). */
function requireFinite(claims: Claims, name: string): void {
  const value = claims[name]
  if (value !== undefined && !Number.isFinite(value)) throw invalid(name)
}

function audienceOf(value: unknown): string | readonly string[] | undefined {
  if (typeof value === 'string') return value
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : undefined
}

function actorOf(value: unknown): Claims | undefined {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('act')
  return value as Claims
}

function invalid(claim: string): AuthenticationError {
  return refuseCredential(`Invalid '${claim}' claim`)
}
