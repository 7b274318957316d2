import { Problem } from '../problems/problem.ts'
import type { CallFacts } from './call-facts.ts'

/**
 * True once nothing of the developer's may start for a call any more: its time is up, or it was called
 * off (FND-16). For code that has waited and knows a view of the call only. A caller who has merely
 * left calls nothing off.
 */
export function isCalledOff({ signal }: Pick<CallFacts, 'signal'>): boolean {
  if (!signal.aborted) return false
  const reason: unknown = signal.reason
  return !Problem.is(reason) || reason.code !== 'client_disconnected'
}
