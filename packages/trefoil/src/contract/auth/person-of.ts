import type { AuthContext } from './auth-context.ts'

/**
 * One name for the person behind a context: two contexts of one name are one person, whichever way they
 * came in. `null` where that is nobody, a service say.
 */
export type PersonOf = (auth: AuthContext) => string | null

/** Issuer and subject: what a subject means is its issuer's business. Written so that no two pairs are one. */
export const issuerAndSubject: PersonOf = ({ issuer, subject }) =>
  JSON.stringify([issuer ?? null, subject])

/**
 * @throws TypeError for an answer that names nobody: two people of an empty name would be one
 * @throws whatever the hook throws
 */
export function readPerson(personOf: PersonOf, auth: AuthContext): string | null {
  const person: unknown = personOf(auth)
  if (person === null || (typeof person === 'string' && person !== '')) return person
  throw new TypeError('personOf must answer non-empty text, or null')
}
