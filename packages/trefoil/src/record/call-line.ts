import type { Problem } from '../contract/problems/problem.ts'
import type { ProblemCode } from '../contract/problems/problems.ts'

/** What the log says of a call by itself. */
export interface CallLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
}

/** Refusals that somebody who answers for an app wants to see without asking. */
const REFUSALS: ReadonlyMap<string, CallLine> = new Map(
  Object.entries({
    AUTHENTICATION_ERROR: { level: 'warn', message: 'Authentication failed' },
    ACCESS_DENIED: { level: 'warn', message: 'Access denied' },
    approval_required: { level: 'info', message: 'Approval required' },
    approval_denied: { level: 'warn', message: 'Approval denied' },
    invalid_approval: { level: 'warn', message: 'Approval denied' },
    csrf_refused: { level: 'warn', message: 'Cross-site call refused' },
    invalid_origin: { level: 'warn', message: 'Origin refused' },
  } satisfies Partial<Record<ProblemCode, CallLine>>),
)

const FAILED: CallLine = { level: 'error', message: 'Call failed' }
const CUT_OFF: CallLine = { level: 'error', message: 'Answer cut off' }

/**
 * The line a call leaves though nobody asked for one: a refused credential, a denied or forged
 * approval, a failure (FND-32).
 *
 * @param sent how sending the answer ended
 * @returns `null` for every other call
 */
export function logLine(
  problem: Problem | null,
  sent: 'ok' | 'aborted' | 'failed',
): CallLine | null {
  if (problem === null) return sent === 'failed' ? CUT_OFF : null
  // A server that has too much to do must not be given lines to write.
  if (problem.code === 'unavailable') return null
  return problem.status >= 500 ? FAILED : (REFUSALS.get(problem.code) ?? null)
}
