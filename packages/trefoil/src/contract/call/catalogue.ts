import type { ProblemRow } from '../problems/problem-row.ts'
import { type Action, guardsOn } from './action.ts'
import type { PerSurface } from './surface-name.ts'

/** The compiled app as descriptions need it: what there is, and who may reach it. */
export interface Catalogue {
  readonly name: string
  readonly version: string
  readonly description: string | null
  /** In order of registration. */
  readonly actions: readonly Action[]
  /** HTTP endpoints of parts, which no list or document shows. */
  readonly endpoints: readonly Action[]
  /** Rows of the problem tables of parts, by code. */
  readonly problems: ReadonlyMap<string, ProblemRow>
  /** Surfaces that have an authenticator. */
  readonly covered: PerSurface
  /** Names of actions that change something over HTTP and ask nobody, as their part means it. */
  readonly asksNobody: ReadonlySet<string>
  /** Headers that tell callers of rates. */
  readonly rateHeaders: 'standard' | 'legacy' | 'none'
}

/** True when a caller of this surface must be authenticated to call the action. */
export function requiresAuth(
  catalogue: Catalogue,
  action: Action,
  surface: keyof PerSurface,
): boolean {
  return catalogue.covered[surface] && !action.public[surface]
}

/** True when there is a guard that a caller of this surface has to pass. */
export function isGuarded(action: Action, surface: keyof PerSurface): boolean {
  return guardsOn(action, surface).length > 0
}
