import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { CallState } from '../../engine/call-state.ts'
import { ALL_VISIBLE, type VisibleActions } from '../agent/visible-actions.ts'
import type { McpParts } from './mcp-parts.ts'
import type { ToolList } from './tool-list.ts'

/** The tools that a caller sees, as it is told of them. One list for all of the same rights. */
export function callerTools(
  parts: Pick<McpParts, 'visible' | 'needs' | 'toolsOf' | 'tools'>,
  state: CallState,
): Awaitable<ToolList> {
  const needs = parts.needs?.(state) ?? null
  const told = (seen: VisibleActions) =>
    seen === ALL_VISIBLE && needs === null
      ? parts.tools
      : parts.toolsOf.of({ ...seen, key: `${seen.key} ${needs?.key ?? ''}`, needs })
  const seen = parts.visible(state)
  return isPromiseLike(seen) ? seen.then(told) : told(seen)
}
