import { NotCanonical, plainMembers } from '../../base/plain/plain-members.ts'
import { isPromiseLike } from '../../base/promise.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { ActionCache, CacheSplit } from '../../contract/limits/cache.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { digestOf, keyText } from '../../policy/key-text.ts'

/** Claims that are of one token and say nothing about its owner. */
const OF_THE_TOKEN: ReadonlySet<string> = new Set(['iat', 'exp', 'nbf', 'jti'])

/** What a caller's part of a key is made of; it depends on nothing else, and a context never changes. */
const callers: WeakMap<AuthContext, string> = new WeakMap()

/**
 * What tells the callers of an action apart, as a function of who calls.
 *
 * @returns a function whose text is `null` for a caller that the scope has no name for: somebody of no
 *   tenant, who would share with all others of none
 * @throws ImproperlyConfigured, by that function, where one of the developer's answers no text;
 *   NotCanonical for an identity of what has no text
 */
export function callerTexts(
  { scope, splits }: ActionCache,
  where: string,
): (auth: AuthContext | null) => string | null {
  const scopeText = SCOPES[scope]
  if (splits.length === 0) return scopeText
  return (auth) => {
    const text = scopeText(auth)
    if (text === null || auth === null) return text
    return JSON.stringify([text, ...splits.map((split) => splitText(split, auth, where))])
  }
}

const SCOPES: Readonly<Record<ActionCache['scope'], (auth: AuthContext | null) => string | null>> =
  {
    caller: (auth) => (auth === null ? null : callerText(auth)),
    tenant: (auth) =>
      auth === null || auth.tenant === null ? null : keyText([auth.issuer, auth.tenant]),
    // Not the same to a handler: one has an identity to look at.
    everyone: (auth) => (auth === null ? 'nobody' : 'somebody'),
  }

/**
 * Everything of an identity that a handler could have answered by: a role that was taken away, another
 * tenant, somebody who acts for the caller, a weaker way of having logged in.
 */
function callerText(auth: AuthContext): string {
  const known = callers.get(auth)
  if (known !== undefined) return known
  if (Object.getPrototypeOf(auth) !== AuthContext.prototype) {
    throw new NotCanonical('an AuthContext of another class may hold what no member says')
  }
  const { issuer, subject, kind, tenant, audience, actor, session, metadata } = auth
  // What a map or an instance of a class holds is no member: asked for those, all of them are alike.
  const claims = plainMembers(auth.claims).filter(([name]) => !OF_THE_TOKEN.has(name))
  const text = digestOf(
    keyText([
      [issuer, subject, kind, tenant, audience],
      sorted(auth.roles),
      sorted(auth.scopes),
      // As entries: a name such as __proto__ makes no object of another kind.
      claims.sort(([left], [right]) => (left < right ? -1 : 1)),
      actor,
      session,
      metadata,
    ]),
  )
  callers.set(auth, text)
  return text
}

function splitText(split: CacheSplit, auth: AuthContext, where: string): string {
  if (split === 'roles') return keyText(sorted(auth.roles))
  if (split === 'scopes') return keyText(sorted(auth.scopes))
  const text: unknown = split(auth as AuthContext<never>)
  if (typeof text === 'string') return text
  // Left alone, one that rejects would end the process.
  if (isPromiseLike(text)) text.then(undefined, () => {})
  // Taken for text, all whom it has none for would be given each other's answers.
  throw new ImproperlyConfigured(`${where}: cache: a function in 'per' must answer with text`)
}

function sorted(rights: ReadonlySet<string>): readonly string[] {
  return [...rights].sort()
}
