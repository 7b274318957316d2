import { isRecord } from '../../base/plain/is-record.ts'
import type { CallState } from '../call-state.ts'
import { type Kept, LONGEST_STATE } from './asking.ts'
import { bindingOf } from './binding.ts'

/**
 * What was sent back with answers.
 *
 * @returns `null` for what was not given out for this call, and what is too old
 */
export function readState(state: CallState, text: string): Kept | null {
  const { asking, clock } = state.site.app
  if (text.length > LONGEST_STATE.mcp) return null
  const json = asking.states.open(text, bindingOf(state))
  if (json === null) return null
  // Ours: sealed by this app, or another process of it.
  const kept: unknown = JSON.parse(json)
  return isKept(kept) && clock.now() < kept.until ? kept : null
}

function isKept(value: unknown): value is Kept {
  return (
    isRecord(value) &&
    typeof value['until'] === 'number' &&
    typeof value['id'] === 'string' &&
    isRecord(value['asked']) &&
    isRecord(value['given'])
  )
}
