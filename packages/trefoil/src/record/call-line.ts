import type { Problem } from '../contract/problems/problem.ts'
import type { ProblemCode } from '../contract/problems/problems.ts'

/** What the log says of a call by itself. */
export interface CallLine {
  readonly level: 'info' | 'warn' | 'error'
  readonly message: string
  /**
   * Whose calls may be so many that they are counted, and not written one by one. Absent for lines
   * of which none is left out.
   */
  readonly counted?: 'strangers' | 'everybody'
}

/** Refusals that somebody who answers for an app wants to see without asking. */
const REFUSALS: ReadonlyMap<string, CallLine> = new Map(
  Object.entries({
    AUTHENTICATION_ERROR: { level: 'warn', message: 'Authentication failed', counted: 'strangers' },
    ACCESS_DENIED: { level: 'warn', message: 'Access denied', counted: 'strangers' },
    approval_required: { level: 'info', message: 'Approval required', counted: 'strangers' },
    approval_denied: { level: 'warn', message: 'Approval denied', counted: 'strangers' },
    invalid_approval: { level: 'warn', message: 'Approval denied', counted: 'strangers' },
    csrf_refused: { level: 'warn', message: 'Cross-site call refused', counted: 'strangers' },
    invalid_origin: { level: 'warn', message: 'Origin refused', counted: 'strangers' },
    INVALID_HOST: { level: 'warn', message: 'Host refused', counted: 'strangers' },
  } satisfies Partial<Record<ProblemCode, CallLine>>),
)

/** A server that has too much to do writes one of these, and counts the others. */
const BUSY: CallLine = { level: 'warn', message: 'Server busy', counted: 'everybody' }
/** What is down is down for every call: one line says it. */
const DOWN: CallLine = { level: 'error', message: 'Call failed', counted: 'everybody' }
/** By code, whichever stage or part it is of. */
const LOAD: ReadonlyMap<string, CallLine> = new Map([
  ['unavailable', BUSY],
  ['CONCURRENCY_LIMIT_EXCEEDED', BUSY],
  ['CIRCUIT_OPEN', BUSY],
  ['limits_unavailable', DOWN],
  ['audit_failed', DOWN],
])
const TOO_MANY = 429
const TOO_OFTEN: CallLine = { level: 'warn', message: 'Too many calls', counted: 'everybody' }
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
  const refused = REFUSALS.get(problem.code) ?? LOAD.get(problem.code)
  if (refused !== undefined) return refused
  if (problem.status === TOO_MANY) return TOO_OFTEN
  return problem.status >= 500 ? FAILED : null
}

const OF_ALL: CallLine = { level: 'info', message: 'Call' }

/** The line of a call where every call has one. */
export function lineOfAll(problem: Problem | null, sent: 'ok' | 'aborted' | 'failed'): CallLine {
  return logLine(problem, sent) ?? OF_ALL
}
