import type { Owner } from '../../contract/ports/login-sessions.ts'
import type { StoredTask, TaskChange, TaskStore } from '../../contract/ports/tasks.ts'
import { isSame } from './memory-login-sessions.ts'
import { checkResult, OPEN, seenTask } from './task-rules.ts'

/** Tasks in this process: gone when it ends, and known to no other one. */
export function memoryTasks(): TaskStore {
  const tasks = new Map<string, StoredTask>()
  const keep = (task: StoredTask) => {
    tasks.set(task.id, Object.freeze({ ...task, owner: Object.freeze({ ...task.owner }) }))
  }
  const alive = (id: string, now: number) => {
    const task = tasks.get(id)
    if (task === undefined) return null
    if (task.endsAt > now) return seenTask(task, now)
    tasks.delete(id)
    return null
  }

  return Object.freeze({
    add(task: StoredTask, most: number) {
      checkResult(task.result)
      if (tasks.has(task.id)) return 'taken' as const
      const now = task.createdAt
      let open = 0
      for (const id of [...tasks.keys()]) {
        const one = alive(id, now)
        if (one !== null && OPEN.has(one.status) && isSame(one.owner, task.owner)) open++
      }
      if (open >= most) return 'full' as const
      keep(task)
      return 'added' as const
    },
    find(owner: Owner, id: string, now: number) {
      const task = alive(id, now)
      return task !== null && isSame(task.owner, owner) ? task : null
    },
    change(id: string, version: number, change: TaskChange, now: number) {
      checkResult(change.result)
      const task = alive(id, now)
      if (task === null || task.version !== version || !OPEN.has(task.status)) return false
      const { status, result = task.result, heldUntil = task.heldUntil } = change
      keep({
        ...task,
        status,
        result,
        heldUntil: OPEN.has(status) ? heldUntil : null,
        updatedAt: now,
        version: version + 1,
      })
      return true
    },
    hold(id: string, until: number, now: number) {
      const task = alive(id, now)
      if (task?.status !== 'working') return false
      keep({ ...task, heldUntil: until })
      return true
    },
  })
}
