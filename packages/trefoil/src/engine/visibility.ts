import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { Action } from '../contract/call/action.ts'
import type { Guard } from '../contract/call/call.ts'
import type { Entrypoint, SurfaceName } from '../contract/call/surface-name.ts'
import { refuse } from '../contract/problems/problem.ts'
import { partsMayPass } from '../policy/guards/may-pass.ts'
import { listingGuards, mayHide } from '../policy/visible.ts'
import type { AppContext } from './app-context.ts'
import type { CallIds } from './call-ids.ts'
import { CallState } from './call-state.ts'
import type { Inbound } from './inbound.ts'
import { LIFECYCLE } from './lifecycle.ts'
import { ListingInbound } from './listing-inbound.ts'
import { compilePlan, type Plan } from './plan.ts'
import { rehearse } from './run.ts'
import { DRY_RUN, type Stage, type StageEnd } from './stage.ts'
import { agentWritesStage, inTurn } from './stages/agent-writes.ts'
import { callOf } from './views/handler-call.ts'

const LISTING_TIME = 1000

/**
 * Milliseconds that the guards of an action get while a list is made: a second, the action's own `timeout`, or half of what the
 * list itself may take, whichever is least. What takes longer is not on the list: a list that waits for the slowest guard of
 * all is one that nobody gets.
 */
export function listingTime({ timeout }: Action, app: AppContext): number {
  const own = timeout === 0 ? LISTING_TIME : Math.min(timeout, LISTING_TIME)
  return app.timeout === 0 ? own : Math.min(own, app.timeout / 2)
}

const HIDDEN = refuse('ACCESS_DENIED')
const NOTHING = LIFECYCLE.map(({ name }) => name)

/**
 * The checks that decide whether an action is on the list of a caller, as a plan of its own: the guards
 * of a call that need no input, and `agentWrites`. `null` for an action that everybody sees.
 */
export function compileVisibility(
  action: Action,
  surface: SurfaceName,
  app: AppContext,
): Plan | null {
  if (!mayHide(action, surface)) return null
  const timeout = listingTime(action, app)
  const plan = compilePlan({ ...action, timeout }, surface, app, NOTHING)
  const guards = listingGuards(action, surface)
  const asking: Stage | null = guards.length === 0 ? null : (state) => askAll(guards, state)
  const checks = inTurn(asking, agentWritesStage({ action, surface, app }))
  const run = [checks, (): StageEnd => DRY_RUN].filter((stage) => stage !== null)
  return Object.freeze({ ...plan, run: Object.freeze(run) })
}

/** What a list knows of its caller. */
export interface ListCaller {
  readonly auth: AuthContext | null
  readonly inbound: Inbound
  readonly entrypoint: Entrypoint
  readonly ids: CallIds
}

/**
 * True when the caller of a list sees the action. A rehearsal: whatever a guard opens is closed and
 * taken back, and nothing is recorded. Never rejects; what fails or takes too long is not seen.
 */
export function isVisible(plan: Plan, caller: ListCaller): Awaitable<boolean> {
  const inbound = new ListingInbound(caller.inbound)
  const state = new CallState(plan, inbound, caller.entrypoint, caller.ids)
  // A call of what is public is nobody's, whoever asks for the list.
  state.auth = plan.action.public[plan.surface] ? null : caller.auth
  const outcome = rehearse(plan, state)
  return isPromiseLike(outcome)
    ? outcome.then(
        ({ kind }) => kind === 'dry-run',
        () => false,
      )
    : outcome.kind === 'dry-run'
}

function askAll(guards: readonly Guard[], state: CallState): Awaitable<StageEnd | undefined> {
  const { auth } = state
  // Nobody is asked about a stranger (PW-04), and nobody lets one pass.
  if (auth === null) return HIDDEN
  const passes = partsMayPass(guards, false, auth, callOf(state))
  return isPromiseLike(passes) ? passes.then(seenIf) : seenIf(passes)
}

function seenIf(passes: boolean): StageEnd | undefined {
  return passes ? undefined : HIDDEN
}
