import { emptyAction } from '../../contract/call/action.ts'
import { NO_SURFACE, type SurfaceName } from '../../contract/call/surface-name.ts'
import type { AppContext } from '../../engine/app-context.ts'
import type { StageName } from '../../engine/lifecycle.ts'
import { compilePlan, type Plan } from '../../engine/plan.ts'

/** Arguments that came with the name of no action are nobody's: neither checked nor hashed. */
const WITHOUT: readonly StageName[] = ['bind', 'approval']

/**
 * The plan behind listing and describing: a built-in action that is identified and limited like
 * every other, by the rates, the places and the time of the app, and that no `public` route ever opens (AUTH-8).
 *
 * @param isPublic true to leave the authenticator out
 */
export function compileDiscoveryPlan(
  surface: SurfaceName,
  name: string,
  app: AppContext,
  isPublic = false,
): Plan {
  const opened = isPublic ? { ...NO_SURFACE, [surface]: true } : NO_SURFACE
  const rates = app.rates?.ofLists ?? []
  return compilePlan(
    {
      ...emptyAction(name),
      public: opened,
      appConcurrency: app.capacity.limit,
      rates,
      timeout: app.timeout,
    },
    surface,
    app,
    WITHOUT,
  )
}
