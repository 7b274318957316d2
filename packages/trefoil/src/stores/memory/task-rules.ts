import type { StoredTask, TaskStatus } from '../../contract/ports/tasks.ts'

/** Where a task may still go. */
export const OPEN: ReadonlySet<TaskStatus> = new Set(['working', 'input_required'])

const LONGEST_RESULT = 1_048_576

/** @throws TypeError for more than a row should hold */
export function checkResult(result: unknown): void {
  if (result === undefined || result === null) return
  if (typeof result === 'string' && result.length <= LONGEST_RESULT) return
  throw new TypeError(`The result of a task must be text of at most ${LONGEST_RESULT} characters`)
}

/** As it is seen: one whose process is gone has failed. */
export function seenTask(task: StoredTask, now: number): StoredTask {
  const isLost = task.status === 'working' && task.heldUntil !== null && task.heldUntil <= now
  return isLost ? { ...task, status: 'failed', heldUntil: null } : task
}
