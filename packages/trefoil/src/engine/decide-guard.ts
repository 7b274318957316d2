import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import {
  ALLOWED,
  type AuthenticationAsk,
  Denial,
  type Denied,
  type GuardDecision,
} from '../contract/auth/guard-decision.ts'
import { isScope } from '../contract/auth/scope.ts'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import type { Call, Guard } from '../contract/call/call.ts'
import {
  HttpError,
  type Problem,
  type ProblemOptions,
  refuse,
} from '../contract/problems/problem.ts'
import { askGuard } from '../policy/guards/ask-guard.ts'
import { quoted } from '../web/bearer.ts'
import type { CallState } from './call-state.ts'
import { challengeOf } from './challenge.ts'

/**
 * Asks one guard. An anonymous caller never reaches it (PW-04); a throw denies.
 *
 * @param call the view of the call that the guard is shown
 */
export function decideGuard(
  guard: Guard,
  state: CallState,
  call: Call,
): Awaitable<Problem | undefined> {
  const { auth, site } = state
  if (auth === null) {
    const facts = { realm: site.app.name, authorizationSent: false, reason: null, missing: null }
    const challenge = challengeOf(site.schemes, facts)
    return refuse('AUTHENTICATION_ERROR', { headers: { 'www-authenticate': challenge } })
  }
  const decision = askGuard(guard, auth, call)
  if (decision === ALLOWED) return undefined
  return isPromiseLike(decision)
    ? decision.then((late) => judged(late, guard, state, call))
    : judged(decision, guard, state, call)
}

function judged(
  decision: GuardDecision,
  guard: Guard,
  state: CallState,
  call: Call,
): Problem | undefined {
  return 'deny' in decision ? denied(decision, guard, state, call) : undefined
}

function denied(decision: Denied, guard: Guard, state: CallState, call: Call): Problem {
  const { schemes, facts, surface, app } = state.site
  const { text, scopes } = decision
  // No word of the guard: with one, what is hidden would differ from what is not there.
  if (Denial.isHidden(decision)) return by(guard, new HttpError(404, text))
  const asks = Denial.asks(decision)
  if (asks !== null) return by(guard, refuse('AUTHENTICATION_ERROR', askedAgain(asks)))
  // MCP has one word for what is called (P-GRD-3).
  const called = surface === 'mcp' ? { tool: facts.name } : { action: facts.name }
  const refusal = refuse('ACCESS_DENIED', {
    ...(app.verboseDenials ? { detail: text, details: { guard: guard.name, ...called } } : {}),
    // Other credentials than tokens have no scopes that could be asked for.
    ...(scopes !== undefined && schemes.some(isToken)
      ? { headers: scopeChallenge(withHeld(allScopes(scopes, guard, state, call), state)) }
      : {}),
  })
  return by(guard, refusal)
}

const rules = new WeakMap<Problem, string>()

function by(guard: Guard, refusal: Problem): Problem {
  rules.set(refusal, guard.name)
  return refusal
}

/**
 * The guard that a refusal is of. It is written down when the refusal ends the call, and not before: a
 * handler may catch what `call.authorize()` throws, and go on.
 */
export function ruleOf(refusal: Problem): string | null {
  return rules.get(refusal) ?? null
}

/** RFC 9470 §3. Whoever it is may know it: without it nobody would know what to do. */
function askedAgain({ text, maxAge, methods }: AuthenticationAsk): ProblemOptions {
  const acr = methods.length === 0 ? [] : [`acr_values=${quoted(methods.join(' '))}`]
  const parameters = [
    'error="insufficient_user_authentication"',
    `error_description=${quoted(text)}`,
    `max_age="${maxAge}"`,
    ...acr,
  ]
  return {
    detail: text,
    fix: 'Sign in again, or show a second factor once more, and send the call with what you are given.',
    headers: { 'www-authenticate': `Bearer ${parameters.join(', ')}` },
    details: {
      error: 'insufficient_user_authentication',
      max_age: maxAge,
      ...(methods.length === 0 ? {} : { acr_values: methods.join(' ') }),
    },
  }
}

/**
 * Those that the guards behind it would ask for, too: a client that was told of one at a time would send its person to sign in
 * for each. Only guards that say so, and answer at once.
 */
function allScopes(
  scopes: readonly string[],
  guard: Guard,
  { auth, site }: CallState,
  call: Call,
): readonly string[] {
  const guards = [...site.action.appGuards, ...site.action.guards]
  const at = guards.indexOf(guard)
  if (at === -1 || auth === null) return scopes
  const more = guards.slice(at + 1).flatMap((later) => {
    if (later.needsInput || later.scopes === undefined) return []
    const decision = askGuard(later, auth, call)
    return isPromiseLike(decision) || !('deny' in decision) ? [] : (decision.scopes ?? [])
  })
  return [...new Set([...scopes, ...more])]
}

/** Characters of scopes that are named only because they are held. */
const MOST_HELD = 2_000

/**
 * To programs that sign their person in for MCP what the caller has is named as well: the older official client asks for
 * what it reads here and nothing else, and would come back with a token that has lost what it had. It would be refused
 * for that, ask again, and so on for ever.
 */
function withHeld(
  scopes: readonly string[],
  { auth, site: { surface, app } }: CallState,
): readonly string[] {
  if (surface !== 'mcp' || app.mcpResource === null || auth === null) return scopes
  const named = new Set(scopes)
  let length = 0
  for (const scope of [...auth.scopes].sort()) {
    if (!isScope(scope)) continue
    length += scope.length
    if (length > MOST_HELD) break
    named.add(scope)
  }
  return [...named]
}

function isToken(scheme: SecurityScheme): boolean {
  return scheme.type === 'http' ? scheme.scheme === 'bearer' : scheme.type === 'openIdConnect'
}

function scopeChallenge(scopes: readonly string[]): Readonly<Record<string, string>> {
  return {
    'www-authenticate': `Bearer error="insufficient_scope", scope=${quoted(scopes.join(' '))}`,
  }
}
