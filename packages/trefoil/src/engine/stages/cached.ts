import { NotCanonical } from '../../base/plain/plain-members.ts'
import type { Outcome } from '../../contract/call/outcome.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import { keyPart } from '../../policy/key-text.ts'
import type { Shelf } from '../cached/answer-cache.ts'
import { callerTexts } from '../cached/caller-text.ts'
import { aged, copied, keptAnswer } from '../cached/kept-answer.ts'
import type { CallState } from '../call-state.ts'
import { ANSWERED, type Stage, type StageSite } from '../stage.ts'

const LOOKED =
  'looks at the request (call.request, call.client, call.cspNonce, cookies) or asks call.authorize(): ' +
  'none of that is in the key; declare in params what the answer depends on, and make checks guards'
const NAMED =
  "looks at call.requestId, which a caller may choose, and they would be given to others: leave it out, or say per: 'caller'"
const ASKED =
  'looks at call.auth, or has call.state of guards that know who is calling, and they would be given to ' +
  "everyone: say in cache.per who shares, such as 'tenant'"

/** Takes the time before anything is read: a guard may load what the answer says, and then wait. */
export function keptSinceStage({ action, app }: StageSite): Stage | null {
  if (action.cache === null || app.answers === null) return null
  const shelf = app.answers.shelfOf(action.cache)
  return (state) => {
    state.keptSince = shelf.begin()
    return undefined
  }
}

/**
 * Gives a kept answer in the place of running the action, when there is one for this caller and these
 * arguments. Stands after every check, which all have run for this call; so has the audit log been told
 * of it. Else has the answer kept that the call comes to.
 */
export function cachedStage({ action, surface, app }: StageSite): Stage | null {
  const { cache, params } = action
  if (cache === null || app.answers === null) return null
  const shelf = app.answers.shelfOf(cache)
  const callerOf = callerTexts(cache, `Action '${action.name}'`)
  // Somebody unknown where callers are known never shares: whatever let them pass (PW-30).
  const knowsCallers = app.auth[surface] !== undefined && !action.public[surface]
  const names = params.map(({ name }) => name)
  const mayBeKept = typeof action.headers?.['cache-control'] === 'string'
  const isShared = cache.scope === 'everyone' && cache.splits.length === 0
  const isOneCallers = cache.scope === 'caller'
  let isWarned = false
  const mayKeep = (state: CallState) => {
    // An input that the key does not have: a header that one caller sends would be what all are told.
    const looked = state.looked !== null || state.cookies !== null
    const asked = isShared && state.askedWho !== null
    const named = !isOneCallers && state.askedId !== null
    const why = looked ? LOOKED : asked ? ASKED : named ? NAMED : null
    if (why !== null && !isWarned) {
      isWarned = true
      state.log.warn({}, `${action.name} keeps no answers where its code ${why}`)
    }
    return why === null
  }
  return (state) => {
    if (state.rehearses || (knowsCallers && state.auth === null)) return undefined
    const caller = withoutText(() => callerOf(state.auth))
    if (caller === null) return undefined
    const parts = withoutText(() => partsOf(params, state.args))
    if (parts === null) return undefined
    // A handler can tell a call in this process from one over the network, and trust it more.
    const key = JSON.stringify([surface, state.entrypoint, caller, ...parts])
    const kept = shelf.find(key, names)
    if (kept !== null) {
      const overdue = state.overdue()
      if (overdue !== null) return overdue
      state.cacheUse = 'hit'
      state.answer = aged(copied(kept.answer), kept.age, mayBeKept)
      return ANSWERED
    }
    state.cacheUse = 'miss'
    keepLater(state, shelf, { key, parts, names, mayKeep })
    return undefined
  }
}

/** `null` where something cannot be told apart by its text. */
function withoutText<Value>(make: () => Value): Value | null {
  try {
    return make()
  } catch (error) {
    if (error instanceof NotCanonical) return null
    throw error
  }
}

function partsOf(params: readonly ParamSpec[], args: CallState['args']): readonly string[] {
  return params.map(({ name, sensitive }) => keyPart(args[name], sensitive))
}

interface Place {
  readonly key: string
  readonly parts: readonly string[]
  readonly names: readonly string[]
  readonly mayKeep: (state: CallState) => boolean
}

/** When the call is over, closed and committed: what fails there throws its answer away. */
function keepLater(state: CallState, shelf: Shelf, { key, parts, names, mayKeep }: Place): void {
  const { since, seen } = state.keptSince ?? shelf.begin()
  forgetChecks(state)
  const release = (outcome: Outcome) => {
    if (outcome.kind !== 'answer' || outcome.answer !== state.answer) return
    if (state.failure !== null || state.closeFailure !== null) return
    // A caller who leaves at the right moment would choose what all others are told.
    if (state.wasToldToStop) return
    const answer = keptAnswer(outcome.answer)
    if (answer === null) return
    if (mayKeep(state)) shelf.keep(key, answer, { parts, since, seen }, names)
  }
  state.leases ??= []
  state.leases.push({ release })
}

/** Guards are asked every time and may look at what they like, unless they can have left it somewhere. */
function forgetChecks(state: CallState): void {
  if (!state.hasOwn && !state.hasLent) {
    if (state.looked === 'call') state.looked = null
    if (state.askedWho === 'call') state.askedWho = null
    if (state.askedId === 'call') state.askedId = null
  }
  // Guards are handed the identity: none of them has to ask for it to leave it there.
  if (state.hasOwn && state.auth !== null) state.askedWho = 'provider'
}
