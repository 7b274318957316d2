import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { compose } from '../../contract/auth/guard-composition.ts'
import {
  ALLOWED,
  Denial,
  type Denied,
  type GuardDecision,
} from '../../contract/auth/guard-decision.ts'
import { readGuard } from '../../contract/auth/read-guard.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { isCalledOff } from '../../contract/call/called-off.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { askGuard, usualDenial } from './ask-guard.ts'

/**
 * Passes where all of the guards do. They are asked in order; the first that denies has the word, and
 * those behind it are not asked.
 *
 * @throws ImproperlyConfigured without guards, and for what is no guard
 */
export function allOf(...guards: readonly Guard[]): Guard {
  const parts = readParts('allOf', guards)
  return combined('all', parts, (auth, call) =>
    askEach(
      parts,
      auth,
      call,
      (decision) => ('deny' in decision ? decision : null),
      () => ALLOWED,
    ),
  )
}

/**
 * Passes where one of the guards does. They are asked in order until one lets the call pass. Where none
 * does, the caller reads the reasons of all of them, and is told of the scopes of those that a token
 * with other scopes would satisfy.
 *
 * @throws ImproperlyConfigured without guards, and for what is no guard
 */
export function anyOf(...guards: readonly Guard[]): Guard {
  const parts = readParts('anyOf', guards)
  return combined('any', parts, (auth, call) => {
    const denials: Denied[] = []
    return askEach(
      parts,
      auth,
      call,
      (decision) => {
        if (!('deny' in decision)) return decision
        denials.push(decision)
        return null
      },
      () => joined(denials),
    )
  })
}

/**
 * Passes where a guard denies. One that fails, or gives no decision, denies here as well: a crash must
 * not let anybody in.
 *
 * @param text shown to the caller, since the guard's own says the opposite
 * @throws ImproperlyConfigured for what is no guard, and for a text that is none
 */
export function not(guard: Guard, text: string): Guard {
  const parts = readParts('not', [guard])
  if (typeof text !== 'string' || text === '') {
    throw new ImproperlyConfigured(
      "not() needs a text for its caller: not(guard, 'Not for guests')",
    )
  }
  const denial = new Denial(text, undefined, false)
  const name = `Not(${parts.map((part) => part.name).join(', ')})`
  const needsInput = parts.some((part) => part.needsInput)
  return Object.freeze({
    name,
    needsInput,
    decide: (auth: AuthContext, call: Call) =>
      askEach(
        parts,
        auth,
        call,
        (decision) => {
          if (!('deny' in decision)) return denial
          return Denial.isFault(decision) ? fault(text) : ALLOWED
        },
        () => denial,
      ),
  })
}

type Decide = (auth: AuthContext, call: Call) => Awaitable<GuardDecision>

const NAMES = { all: 'AllOf', any: 'AnyOf' } as const

function combined(kind: 'all' | 'any', parts: readonly Guard[], decide: Decide): Guard {
  const scopes = [...new Set(parts.flatMap((part) => part.scopes ?? []))].sort()
  const guard = Object.freeze({
    name: `${NAMES[kind]}(${parts.map(({ name }) => name).join(', ')})`,
    needsInput: parts.some(({ needsInput }) => needsInput),
    ...(scopes.length === 0 ? {} : { scopes: Object.freeze(scopes) }),
    decide,
  })
  return compose(guard, { kind, parts })
}

/**
 * Asks one guard after the other until one of their decisions settles it. Stays synchronous while
 * they do.
 *
 * @param settle what a decision comes to; `null` to ask the next one
 * @param otherwise what it comes to when all have been asked
 */
function askEach(
  parts: readonly Guard[],
  auth: AuthContext,
  call: Call,
  settle: (decision: GuardDecision) => GuardDecision | null,
  otherwise: () => GuardDecision,
  start = 0,
): Awaitable<GuardDecision> {
  for (let index = start; index < parts.length; index++) {
    const part = parts[index] as Guard
    const decision = askGuard(part, auth, call)
    if (isPromiseLike(decision)) {
      return decision.then((late) => {
        const settled = settle(late)
        if (settled !== null) return settled
        // The time may have passed while this one was asked: no more of the developer's code starts.
        if (isCalledOff(call)) return fault(usualDenial(part.name).text)
        return askEach(parts, auth, call, settle, otherwise, index + 1)
      })
    }
    const settled = settle(decision)
    if (settled !== null) return settled
  }
  return otherwise()
}

function joined(denials: readonly Denied[]): Denied {
  const texts = denials.map(({ text }) => text)
  const scopes = [...new Set(denials.flatMap((denied) => denied.scopes ?? []))].sort()
  // One that nobody decided could have been the one that lets the call pass.
  const isFault = denials.some(Denial.isFault)
  // The other texts would say that there is something to be denied.
  const hidden = denials.find(Denial.isHidden)
  if (hidden !== undefined) return new Denial(hidden.text, undefined, isFault, true)
  // One who would be let in by showing once more who they are is told so.
  const asks = denials.map(Denial.asks).find((one) => one !== null) ?? null
  const wanted = scopes.length === 0 ? undefined : scopes
  return new Denial(texts.join('; or: '), wanted, isFault, false, asks)
}

function fault(text: string): Denied {
  return new Denial(text, undefined, true)
}

/** Copies, each member read once: a guard that is changed later changes nothing here. */
function readParts(where: string, guards: readonly unknown[]): readonly Guard[] {
  if (guards.length === 0) {
    throw new ImproperlyConfigured(`${where}() needs at least one guard: none guards nothing`)
  }
  return Object.freeze(guards.map((guard) => readGuard(`${where}()`, guard)))
}
