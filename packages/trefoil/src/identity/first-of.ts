import { promised } from '../base/promise.ts'
import type { AuthAnswer, Authenticate, Authenticator } from '../contract/auth/authenticator.ts'
import { type FixedAuthenticator, readAuthenticator } from '../contract/auth/read-authenticator.ts'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import type { AuthRequest } from '../contract/call/call.ts'
import { isCalledOff } from '../contract/call/called-off.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'

/** What the authenticators of a list find out about a caller, together. */
type PayloadOf<Part> =
  Part extends Authenticator<infer Payload>
    ? Payload
    : Part extends Authenticate<infer Payload>
      ? Payload
      : never

/**
 * Joins authenticators into one that takes several kinds of credentials. They are asked in order:
 * `null` (no credential of mine) asks the next one; any other answer, a refusal too, is the answer of
 * all. A bad credential is not offered to the next one: whoever brings two kinds, one of them bad, is
 * refused if the bad one is of the authenticator that comes first, and nobody gets a second try by
 * another door.
 *
 * It keeps the schemes and the risks of its parts. With a part that says nothing of its credentials
 * it is `ambient`.
 *
 * @throws ImproperlyConfigured for fewer than two, and for what is no authenticator
 */
export function firstOf<
  const Parts extends readonly (Authenticator<unknown> | Authenticate<unknown>)[],
>(...authenticators: Parts): Authenticator<PayloadOf<Parts[number]>> {
  const parts = authenticators.map((part) => readAuthenticator('firstOf()', part))
  if (parts.length < 2) {
    throw new ImproperlyConfigured(
      'firstOf() needs two authenticators or more; one alone needs no firstOf()',
    )
  }
  const schemes = parts.flatMap(schemesOf)
  return Object.freeze({
    name: `firstOf(${parts.map(({ name }) => name).join(', ')})`,
    scheme: schemes.length === 0 ? undefined : Object.freeze(schemes),
    ambient: parts.some(({ ambient, scheme }) => ambient ?? scheme === undefined),
    risks: Object.freeze(parts.flatMap(({ risks }) => risks)),
    // What the parts answer is looked at where it is used: a part that answers with nonsense denies.
    authenticate: (request: AuthRequest) =>
      askFrom(parts, 0, request) as AuthAnswer<PayloadOf<Parts[number]>>,
  })
}

/** Stays synchronous while the parts do. */
function askFrom(
  parts: readonly FixedAuthenticator[],
  start: number,
  request: AuthRequest,
): unknown {
  for (let index = start; index < parts.length; index++) {
    const answer = parts[index]?.authenticate(request)
    const waiting = promised<unknown>(answer)
    if (waiting !== null) {
      // The time may have passed while it was asked.
      return waiting.then((late) =>
        late !== null || isCalledOff(request) ? late : askFrom(parts, index + 1, request),
      )
    }
    if (answer !== null) return answer
  }
  return null
}

function schemesOf({ scheme }: FixedAuthenticator): readonly SecurityScheme[] {
  if (scheme === undefined) return []
  const list: unknown = scheme
  return Array.isArray(list) ? list : [scheme as SecurityScheme]
}
