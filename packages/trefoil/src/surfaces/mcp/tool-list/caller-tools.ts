import { type Awaitable, isPromiseLike } from '../../../base/promise.ts'
import type { Action } from '../../../contract/call/action.ts'
import type { AppContext } from '../../../engine/app-context.ts'
import type { CallState } from '../../../engine/call-state.ts'
import {
  ALL_VISIBLE,
  compileVisible,
  PerVisible,
  type VisibleActions,
} from '../../agent/visible-actions.ts'
import { type CallerTools, type ToolList, toolsOf } from './tool-list.ts'
import { compileToolNeeds } from './tool-needs.ts'

/** Asks for the tools that a caller sees, as it is told of them. */
export type AskTools = (state: CallState) => Awaitable<ToolList>

/**
 * One list for all of the same rights.
 *
 * @param list of everybody, made when it is first asked for
 */
export function compileCallerTools(
  tools: readonly Action[],
  app: AppContext,
  list: () => ToolList,
): AskTools {
  const visible = compileVisible(tools, 'mcp', app)
  const needsOf = compileToolNeeds(tools)
  const made = new PerVisible((caller: CallerTools) => toolsOf(list(), caller))
  return (state) => {
    const needs = needsOf?.(state) ?? null
    const told = (seen: VisibleActions) =>
      seen === ALL_VISIBLE && needs === null
        ? list()
        : made.of({ ...seen, key: `${seen.key} ${needs?.key ?? ''}`, needs })
    const seen = visible(state)
    return isPromiseLike(seen) ? seen.then(told) : told(seen)
  }
}
