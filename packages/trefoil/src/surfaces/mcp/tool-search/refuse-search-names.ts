import type { Action } from '../../../contract/call/action.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { SEARCH_NAMES } from './search-tools.ts'

/**
 * A tool of the app by one of our names would be called in our place, with what was meant for another.
 *
 * @throws ImproperlyConfigured naming the tool
 */
export function refuseSearchNames(tools: readonly Action[]): void {
  const taken = tools.find(({ name }) => SEARCH_NAMES.has(name))
  if (taken === undefined) return
  throw new ImproperlyConfigured(
    `Tool '${taken.name}': with mcp.tools.mode 'search' the name is that of a tool of Trefoil; choose another, or the mode 'list'`,
  )
}
