import { type Action, guardsOn } from '../../../contract/call/action.ts'

/** What is said of a tool to the program around the model. */
export function toolMeta(action: Action): { readonly _meta?: object } {
  const { approval, toolMeta: own } = action
  const scopes = scopesOf(action)
  const said = {
    ...own,
    ...(approval.mcp ? { 'trefoil/needs_approval': true } : {}),
    ...(scopes.length === 0 ? {} : { 'trefoil/scopes': scopes }),
  }
  return Object.keys(said).length === 0 ? {} : { _meta: said }
}

/**
 * What a better token would have. Nothing else of guards: roles are had by whoever sees the tool, and what a guard of the
 * developer's is called is nobody's business.
 */
function scopesOf(action: Action): readonly string[] {
  return [...new Set(guardsOn(action, 'mcp').flatMap(({ scopes }) => scopes ?? []))].sort()
}
