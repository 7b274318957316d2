import { isRecord } from '../../../base/plain/is-record.ts'
import type { Action } from '../../../contract/call/action.ts'
import { argumentHeaders } from '../wire/routing-headers.ts'

/**
 * Listed also where tools are searched for: what says so, what has a page that a host shows beside its answer, and what a
 * client repeats arguments of in headers, which it does for the tool that it calls and not for one inside of it.
 */
export function isAlwaysListed(action: Action): boolean {
  return action.listed || hasPage(action) || argumentHeaders(action).length > 0
}

/** Not what its page alone may call (MCP Apps): a model is not told of it. */
export function isFindable({ tool, toolMeta }: Action): boolean {
  const ui = toolMeta?.['ui']
  const visibility = isRecord(ui) ? ui['visibility'] : undefined
  return tool && (!Array.isArray(visibility) || visibility.includes('model'))
}

function hasPage({ toolMeta }: Action): boolean {
  return toolMeta !== null && ('ui' in toolMeta || 'ui/resourceUri' in toolMeta)
}
