import { promised } from '../base/promise.ts'
import { AuthContext } from '../contract/auth/auth-context.ts'
import type { AuthAnswer, Authenticate, Authenticator } from '../contract/auth/authenticator.ts'
import type { PrincipalKind } from '../contract/auth/principal-kind.ts'
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

/** What joined authenticators are made of, so that joining them again does not hide what they are. */
const PARTS = new WeakMap<object, readonly FixedAuthenticator[]>()

/**
 * Joins authenticators into one that takes several kinds of credentials. They are asked in order:
 * `null` (no credential of mine) asks the next one; any other answer, a refusal too, is the answer of
 * all. A bad credential is not offered to the next one: whoever brings two kinds, one of them bad, is
 * refused if the bad one is of the authenticator that comes first, and nobody gets a second try by
 * another door.
 *
 * One that says of the form of a bearer token that it is none of its own (`recognizes`) leaves it to
 * another one of the list that takes bearer tokens, which has the last word: `firstOf(jwtAuth(…),
 * introspectionAuth(…))` takes both kinds. Where nobody takes it, it is refused as the first of them
 * refuses it.
 *
 * It keeps the schemes and the risks of its parts, starts them and stops them. With a part that says
 * nothing of its credentials it is `ambient`.
 *
 * @throws ImproperlyConfigured for fewer than two, and for what is no authenticator
 */
export function firstOf<
  const Parts extends readonly (Authenticator<unknown> | Authenticate<unknown>)[],
>(...authenticators: Parts): Authenticator<PayloadOf<Parts[number]>> {
  const given = authenticators.map((part) => readAuthenticator('firstOf()', part))
  if (given.length < 2) {
    throw new ImproperlyConfigured(
      'firstOf() needs two authenticators or more; one alone needs no firstOf()',
    )
  }
  const parts = given.flatMap((part, index) => PARTS.get(Object(authenticators[index])) ?? [part])
  const asked = parts.map((part, index) => ({
    ...part,
    // Alone with its header, it says itself what is wrong with what stands there.
    recognizes: parts.some((other, at) => at !== index && takesTokens(other))
      ? part.recognizes
      : null,
  }))
  const answered = parts.some(({ recheck }) => recheck !== null) ? new Answered() : null
  const schemes = parts.flatMap(schemesOf)
  const joined = Object.freeze({
    name: `firstOf(${given.map(({ name }) => name).join(', ')})`,
    scheme: schemes.length === 0 ? undefined : Object.freeze(schemes),
    ...kindsOf(parts),
    ...audiencesOf(parts),
    ambient: parts.some(({ ambient, scheme }) => ambient ?? scheme === undefined),
    risks: Object.freeze(parts.flatMap(({ risks }) => risks)),
    // What the parts answer is looked at where it is used: a part that answers with nonsense denies.
    authenticate: (request: AuthRequest) =>
      askFrom({ parts: asked, answered }, 0, request, null) as AuthAnswer<PayloadOf<Parts[number]>>,
    ...(answered === null
      ? {}
      : { recheck: answered.recheck as Recheck<PayloadOf<Parts[number]>> }),
    start: () => allOf(parts, 'start'),
    stop: () => allOf(parts, 'stop'),
  })
  PARTS.set(joined, parts)
  return joined
}

type Recheck<Payload> = NonNullable<Authenticator<Payload>['recheck']>

interface Joined {
  readonly parts: readonly FixedAuthenticator[]
  readonly answered: Answered | null
}

/** Which part let whom in: it alone is asked whether its answer still holds. */
class Answered {
  readonly #by = new WeakMap<AuthContext, FixedAuthenticator>()

  note(answer: unknown, part: FixedAuthenticator): void {
    if (part.recheck !== null && AuthContext.is(answer)) this.#by.set(answer, part)
  }

  readonly recheck = (request: AuthRequest, auth: AuthContext): unknown => {
    const part = this.#by.get(auth)
    return part === undefined ? auth : part.recheck?.(request, auth)
  }
}

/**
 * Stays synchronous while the parts do.
 *
 * @param leftOut the first one that did not know the form of what was sent
 */
function askFrom(
  joined: Joined,
  start: number,
  request: AuthRequest,
  leftOut: FixedAuthenticator | null,
): unknown {
  const { parts, answered } = joined
  let unasked = leftOut
  for (let index = start; index < parts.length; index++) {
    const part = parts[index] as FixedAuthenticator
    // Anything but a plain no is for the part itself to answer.
    if (part.recognizes !== null && part.recognizes(request) === false) {
      unasked ??= part
      continue
    }
    const answer = part.authenticate(request)
    const waiting = promised<unknown>(answer)
    if (waiting !== null) {
      const left = unasked
      // The time may have passed while it was asked.
      return waiting.then((late) => {
        if (late === null && !isCalledOff(request)) {
          return askFrom(joined, index + 1, request, left)
        }
        answered?.note(late, part)
        return late
      })
    }
    if (answer !== null) {
      answered?.note(answer, part)
      return answer
    }
  }
  // A token that nobody knows was sent all the same.
  return unasked === null ? null : unasked.authenticate(request)
}

/** All are told, though one fails: the first that did is what is thrown. */
async function allOf(
  parts: readonly FixedAuthenticator[],
  member: 'start' | 'stop',
): Promise<void> {
  const ends = await Promise.allSettled(parts.map(async (part) => await part[member]?.()))
  const failures = ends.filter((end) => end.status === 'rejected').map(({ reason }) => reason)
  const worst = failures.find((error) => error instanceof ImproperlyConfigured) ?? failures[0]
  if (worst !== undefined) throw worst
}

function schemesOf({ scheme }: FixedAuthenticator): readonly SecurityScheme[] {
  if (scheme === undefined) return []
  const list: unknown = scheme
  return Array.isArray(list) ? list : [scheme as SecurityScheme]
}

/** Whoever says nothing of itself is taken for one that does. */
function takesTokens(part: FixedAuthenticator): boolean {
  if (part.scheme === undefined) return true
  return schemesOf(part).some((scheme: Partial<Record<'type' | 'scheme', unknown>> | null) => {
    const { type, scheme: name } = Object(scheme) as typeof scheme & object
    return type === 'openIdConnect' || (type === 'http' && name === 'bearer')
  })
}

/** Those of any of them: what one of them takes all of them take. */
function audiencesOf(parts: readonly FixedAuthenticator[]): {
  readonly audiences?: readonly string[]
} {
  const all = [...new Set(parts.flatMap(({ audiences }) => audiences ?? []))]
  return all.length === 0 ? {} : { audiences: Object.freeze(all) }
}

/** Together they can tell what any of them can. */
function kindsOf(parts: readonly FixedAuthenticator[]): {
  readonly kinds?: readonly PrincipalKind[]
} {
  const all = parts.map(({ kinds }) => kinds)
  if (all.includes(null)) return {}
  return { kinds: Object.freeze([...new Set(all.flatMap((kinds) => [...(kinds ?? [])]))]) }
}
