import type { Action } from './action.ts'
import type { PerSurface } from './surface-name.ts'

/** The compiled app as descriptions need it: what there is, and who may reach it. */
export interface Catalogue {
  readonly name: string
  readonly version: string
  readonly description: string | null
  /** In order of registration. */
  readonly actions: readonly Action[]
  /** Surfaces that have an authenticator. */
  readonly covered: PerSurface
}

/** True when a caller of this surface must be authenticated to call the action. */
export function requiresAuth(
  catalogue: Catalogue,
  action: Action,
  surface: keyof PerSurface,
): boolean {
  return catalogue.covered[surface] && !action.public[surface]
}
