import type { Action } from '../contract/action.ts'
import { NO_SURFACE, type SurfaceName } from '../contract/surface-name.ts'
import type { AppContext } from './app-context.ts'
import { compilePlan, type Plan } from './plan.ts'

/**
 * The plan behind listing and describing: a built-in action that is identified and limited like
 * every other, and that no `public` route ever opens (AUTH-8).
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
  const plan = compilePlan({ ...DISCOVERY, name, public: opened }, surface, app)
  // Arguments that came with the name of no action are nobody's: neither checked nor hashed.
  const stages = plan.stages.filter((stage) => stage.name !== 'bind' && stage.name !== 'approval')
  return Object.freeze({
    ...plan,
    stages: Object.freeze(stages),
    run: Object.freeze(stages.map(({ run }) => run)),
  })
}

const DISCOVERY: Action = {
  name: '',
  title: null,
  description: null,
  method: null,
  path: null,
  exposed: NO_SURFACE,
  public: NO_SURFACE,
  approval: NO_SURFACE,
  guards: [],
  params: [],
  dependencies: [],
  returns: null,
  inputSchema: {},
  outputSchema: null,
  answers: 'by-value',
  middleware: [],
  errorHandlers: [],
  handler: () => undefined,
  tags: [],
  metadata: {},
  hints: {},
  deprecated: false,
  status: null,
  headers: null,
  timeout: 0,
}
