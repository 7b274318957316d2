import type { AuthEntry } from '../contract/auth/authenticator.ts'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import type { Action } from '../contract/call/action.ts'
import type { ActionFacts } from '../contract/call/call-facts.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import type { AppContext } from './app-context.ts'

/** Where calls happen: one action, on one surface, of one app. Worked out once. */
export interface CallSite {
  readonly action: Action
  /** The action as calls see it: never the compiled one, by which they are checked (FND-56). */
  readonly facts: ActionFacts
  readonly surface: SurfaceName
  readonly app: AppContext
  /** Which of the stages the developer's code is, where there are stages. */
  readonly executeAt?: number
  /** The ways in of the surface. */
  readonly schemes: readonly SecurityScheme[]
  /** What its callers are let in by; `null` where nobody is asked. */
  readonly entry: AuthEntry | null
  /** True for lists and documents: what they describe is no action that anybody asked for. */
  readonly isListing: boolean
}

/** How a text names what was called: MCP has tools, everybody else actions. */
export function calledAs({
  surface,
  facts,
  action,
}: Pick<CallSite, 'surface' | 'facts' | 'action'>): string {
  if (surface !== 'mcp') return `Action '${facts.name}'`
  if (action.tool) return `Tool '${facts.name}'`
  // Limits speak before guards do: what a resource is called in the code is not for whoever tries URIs.
  return action.prompt === null ? 'The resource' : `Prompt '${facts.name}'`
}
