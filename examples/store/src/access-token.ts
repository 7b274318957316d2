import { SignJWT } from 'jose'
import type { Person } from './people.ts'

export const ISSUER = 'trefoil-store'
export const AUDIENCE = 'trefoil-store'

/** Seconds an access token is good for: 12 hours. */
export const ACCESS_TOKEN_SECONDS = 43_200

/**
 * Signs a JWT (HS256) that the store accepts as `Authorization: Bearer …`.
 *
 * @param now milliseconds since the Unix epoch
 */
export async function issueAccessToken(
  person: Person,
  secret: string,
  now: number,
): Promise<string> {
  const issuedAt = Math.floor(now / 1000)
  const actor = person.actor === undefined ? {} : { act: { sub: person.actor } }
  return new SignJWT({ scope: person.scopes.join(' '), roles: [...person.roles], ...actor })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject(person.subject)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + ACCESS_TOKEN_SECONDS)
    .sign(new TextEncoder().encode(secret))
}
