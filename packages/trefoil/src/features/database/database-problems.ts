import { type Awaitable, defineProblems, type ProblemSet } from '../../index.ts'
import { CommitUnknown, DatabaseUnavailable } from '../../postgres.ts'
import { DatabaseBusy } from '../../sqlite.ts'

/** Codes of {@link databaseProblems}. */
export type DatabaseProblem = 'database_busy' | 'database_unavailable' | 'commit_unknown'

/** Seconds after which one who found it busy, or gone, may ask again. */
const AGAIN = '1'

/** What a call that needs the database is refused with. */
export const databaseProblems: ProblemSet<DatabaseProblem> = defineProblems('database', {
  database_busy: {
    status: 503,
    text: 'The database is busy',
    fix: 'Repeat the call later; nothing was done.',
  },
  database_unavailable: {
    status: 503,
    text: 'The database does not answer',
    fix: 'Repeat the call later; nothing was done.',
  },
  commit_unknown: {
    status: 500,
    text: 'The database was lost while the call was kept: it may have been done',
    fix: 'Find out whether it was done before repeating the call.',
  },
})

/** What waited for too long, or found nobody, is told so, and not that something is broken. */
export function orProblem<Value>(work: () => Awaitable<Value>): Awaitable<Value> {
  try {
    const value = work()
    return value instanceof Promise ? value.catch(throwProblem) : value
  } catch (error) {
    return throwProblem(error)
  }
}

/** @throws the problem that an error of the database comes to, or the error */
export function throwProblem(cause: unknown): never {
  throw problemOf(cause)
}

/** The problem that an error of the database comes to, or the error itself. */
export function problemOf(cause: unknown): unknown {
  const later = { cause, headers: { 'retry-after': AGAIN } }
  if (cause instanceof DatabaseBusy) return databaseProblems.problem('database_busy', later)
  if (cause instanceof DatabaseUnavailable) {
    return databaseProblems.problem('database_unavailable', later)
  }
  if (cause instanceof CommitUnknown) return databaseProblems.problem('commit_unknown', { cause })
  return cause
}
