import type { Action } from '../../../contract/call/action.ts'
import type { ToolNeed } from '../tool-list/tool-needs.ts'

/**
 * What is said of a tool to the program around the model: what its author says, and what this caller needs for it. Nothing else of
 * guards: roles are had by whoever sees the tool, and what a guard of the developer's is called is nobody's business.
 *
 * @returns `null` for nothing
 */
export function toolMeta(
  { asks, toolMeta: own }: Pick<Action, 'asks' | 'toolMeta'>,
  { approval, scopes }: ToolNeed,
): object | null {
  const said = {
    ...own,
    ...(approval ? { 'trefoil/needs_approval': true } : {}),
    ...(scopes.length === 0 ? {} : { 'trefoil/scopes': scopes }),
    ...(asks ? { 'trefoil/asks': true } : {}),
  }
  return Object.keys(said).length === 0 ? null : said
}

/** A model reads the description and nothing else: one that knows asks first, and does not look for a way round. */
export function describedNeed(
  { description }: Pick<Action, 'description'>,
  { approval, scopes }: ToolNeed,
): string | null {
  const needs = [
    ...(approval ? ['Needs approval: a person must agree to each call.'] : []),
    ...(scopes.length === 0
      ? []
      : [`Needs a token with other scopes, which yours does not have: ${scopes.join(', ')}.`]),
  ]
  return needs.length === 0 ? description : [description, '', ...needs].join('\n')
}
