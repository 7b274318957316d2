import type { Action } from '../../contract/call/action.ts'

/** What is said of a tool to the program around the model. */
export function toolMeta({ approval, toolMeta: own }: Action): { readonly _meta?: object } {
  if (!approval.mcp) return own === null ? {} : { _meta: own }
  return { _meta: { ...own, 'trefoil/needs_approval': true } }
}
