import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import { type Action, nameAmongAll } from '../../contract/call/action.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import type { AppContext } from '../../engine/app-context.ts'
import type { CallState } from '../../engine/call-state.ts'
import type { Plan } from '../../engine/plan.ts'
import { compileVisibility, isVisible, type ListCaller } from '../../engine/visibility.ts'

/** The actions that one caller sees. */
export interface VisibleActions {
  /** The same for everybody who sees the same; empty for everything. */
  readonly key: string
  /** Of actions of one kind, whose names are their own. */
  readonly shows: (name: string) => boolean
  /** Of actions of any kind. */
  readonly showsAction: (action: Action) => boolean
}

/** For documents that are open to everybody, and wherever nothing is hidden. */
export const ALL_VISIBLE: VisibleActions = Object.freeze({
  key: '',
  shows: () => true,
  showsAction: () => true,
})

/** Asks what the caller of a list sees. */
export type AskVisible = (state: CallState) => Awaitable<VisibleActions>

/**
 * The one rule of tool lists, manifests and documents: a list shows what its caller may call, but for
 * scopes, which another token may have (P-VIS-1, PW-20, SURF-3). It costs nothing where no action has
 * guards.
 */
export function compileVisible(
  actions: readonly Action[],
  surface: SurfaceName,
  app: AppContext,
): AskVisible {
  const rules = actions
    .filter((action) => action.exposed[surface])
    .map((action) => compileVisibility(action, surface, app))
    .filter((plan) => plan !== null)
  if (rules.length === 0) return () => ALL_VISIBLE
  return (state) => {
    const { auth, inbound, entrypoint } = state
    return askAll(rules, { auth, inbound, entrypoint, ids: state })
  }
}

function askAll(rules: readonly Plan[], caller: ListCaller): Awaitable<VisibleActions> {
  // All at once: one after the other, slow guards would add up.
  const seen = rules.map((plan) => isVisible(plan, caller))
  return seen.some(isPromiseLike)
    ? Promise.all(seen).then((all) => visibleOf(rules, all))
    : visibleOf(rules, seen as readonly boolean[])
}

function visibleOf(rules: readonly Plan[], seen: readonly boolean[]): VisibleActions {
  if (!seen.includes(false)) return ALL_VISIBLE
  const hidden = new Set<string>()
  const among = new Set<string>()
  rules.forEach(({ action }, index) => {
    if (seen[index] === true) return
    hidden.add(action.name)
    among.add(nameAmongAll(action))
  })
  return {
    key: seen.map((isSeen) => (isSeen ? '1' : '0')).join(''),
    shows: (name) => !hidden.has(name),
    showsAction: (action) => !among.has(nameAmongAll(action)),
  }
}

/** Lists that are remembered. Callers of the same rights share one; more kinds of them than this are rare. */
const REMEMBERED = 32

/** What is made of a list, once for everybody who sees the same. */
export class PerVisible<Made, Seen extends VisibleActions = VisibleActions> {
  readonly #made = new Map<string, Made>()
  readonly #make: (visible: Seen) => Made

  constructor(make: (visible: Seen) => Made) {
    this.#make = make
  }

  of(visible: Seen): Made {
    const known = this.#made.get(visible.key)
    if (known !== undefined) return known
    const made = this.#make(visible)
    const [oldest] = this.#made.keys()
    if (this.#made.size >= REMEMBERED && oldest !== undefined) this.#made.delete(oldest)
    this.#made.set(visible.key, made)
    return made
  }
}
