import { standIn } from '../../app/variant.ts'
import { endsWithin } from '../../base/ends-within.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { type Action, emptyAction, guardsOn } from '../../contract/call/action.ts'
import type { NeedKind } from '../../contract/call/need.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AppContext } from '../../engine/app-context.ts'
import type { CallIds } from '../../engine/call-ids.ts'
import { CallState } from '../../engine/call-state.ts'
import type { StageName } from '../../engine/lifecycle.ts'
import { compilePlan, type Plan } from '../../engine/plan.ts'
import { rehearse } from '../../engine/run.ts'
import { DRY_RUN, type Stage, type StageEnd } from '../../engine/stage.ts'
import { compileVisibility, isVisible } from '../../engine/visibility.ts'
import { need } from '../../policy/need.ts'
import type { Principal } from './access-principal.ts'
import { AskedInbound } from './asked-inbound.ts'

/** What becomes of a caller at an action on a surface. */
export interface AccessDecision {
  /** `allowed`, or the HTTP status of the refusal. */
  readonly decision: 'allowed' | '401' | '403' | (string & {})
  /** What refused: a guard, `agentWrites`, or what was wrong with the credential; else `null`. */
  readonly rule: string | null
  /** Guards that go by the arguments, and are asked when there are some. */
  readonly input: readonly string[]
  readonly need: NeedKind
  /** The option that asks for it. */
  readonly needRule: string | null
  /** True when the action is on the caller's own list: tools, manifest, documents. */
  readonly listed: boolean
}

/** What would need arguments, count calls, or do something. The rest is what decides. */
const WITHOUT: readonly StageName[] = [
  'admit',
  'limits',
  'bind',
  'guards-with-input',
  'approval',
  'audit-intent',
  'cached',
  'execute',
  'answer',
]

/** Milliseconds that the checks of one call may take. */
const PATIENCE_MS = 5000

const IDS: CallIds = { requestId: 'access', callId: 'access' }
const LAST: Stage = (): StageEnd => DRY_RUN

/** Asks the stages of the engine themselves, as a rehearsal up to the arguments. */
export class AccessOf {
  readonly #app: AppContext
  readonly #principal: Principal
  readonly #lists = new Map<SurfaceName, Promise<CallState | null>>()

  constructor(app: AppContext, principal: Principal) {
    this.#principal = principal
    const { stand } = principal
    const entries = Object.entries(app.auth)
    this.#app =
      stand === null
        ? app
        : {
            ...app,
            auth: Object.fromEntries(
              entries.map(([surface, entry]) => [surface, standIn(entry, stand.answer)]),
            ),
          }
  }

  async decide(action: Action, surface: SurfaceName): Promise<AccessDecision> {
    const { state, status } = await this.#ask(
      compilePlan(action, surface, this.#app, WITHOUT),
      surface,
    )
    const input = guardsOn(action, surface).filter(({ needsInput }) => needsInput)
    const listed = await this.#isListed(action, surface)
    if (status !== null) {
      const rule = state.rule ?? state.refusal
      return { decision: status, rule, input: [], need: 'none', needRule: null, listed }
    }
    const { kind, rule } = need(action, state.auth, surface)
    return {
      decision: 'allowed',
      rule: null,
      input: input.map(({ name }) => name),
      need: kind,
      needRule: rule,
      listed,
    }
  }

  async #isListed(action: Action, surface: SurfaceName): Promise<boolean> {
    const known = this.#lists.get(surface) ?? this.#list(surface)
    this.#lists.set(surface, known)
    const state = await known
    if (state === null) return false
    const plan = compileVisibility(action, surface, this.#app)
    if (plan === null) return true
    const auth: AuthContext | null = state.auth
    const { inbound, entrypoint } = state
    return isVisible(plan, { auth, inbound, entrypoint, ids: IDS })
  }

  /** Who asks for a list, as lists know them; `null` for whom there is none. */
  async #list(surface: SurfaceName): Promise<CallState | null> {
    const list = emptyAction('access.list')
    const { state, status } = await this.#ask(
      compilePlan(list, surface, this.#app, WITHOUT),
      surface,
    )
    return status === null ? state : null
  }

  async #ask(
    plan: Plan,
    surface: SurfaceName,
  ): Promise<{ readonly state: CallState; readonly status: string | null }> {
    const { action } = plan
    const method = action.method ?? 'POST'
    const inbound = new AskedInbound(method, action.template ?? '/', this.#principal.token)
    const state = new CallState(plan, inbound, 'server', IDS)
    const rehearsed = Promise.resolve(rehearse({ ...plan, run: [...plan.run, LAST] }, state))
    // A guard that never settles would keep a build waiting for ever.
    if (!(await endsWithin(PATIENCE_MS, rehearsed))) {
      throw new ImproperlyConfigured(
        `Nobody can tell whether '${this.#principal.name}' may call '${action.name}' over '${surface}': ` +
          `its authenticator or a guard gave no answer within ${PATIENCE_MS / 1000}s`,
      )
    }
    const outcome = await rehearsed
    return { state, status: outcome.kind === 'problem' ? String(outcome.problem.status) : null }
  }
}
