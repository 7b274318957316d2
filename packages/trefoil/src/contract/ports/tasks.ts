import type { Awaitable } from '../../base/promise.ts'
import type { Owner } from './login-sessions.ts'

/** Where a task stands. The last three are for good. */
export type TaskStatus = 'working' | 'input_required' | 'completed' | 'failed' | 'cancelled'

/** A call that goes on when its caller has been answered. Times as in `StoredLoginSession`. */
export interface StoredTask {
  /** Nobody can guess it. */
  readonly id: string
  readonly owner: Owner
  readonly action: string
  readonly status: TaskStatus
  readonly createdAt: number
  readonly updatedAt: number
  /** From which on it is as if it were not there. */
  readonly endsAt: number
  /**
   * Until when whoever works on it has said to be alive; `null` where nobody does. One that is `working`
   * beyond that is `failed`, because its process is gone.
   */
  readonly heldUntil: number | null
  /** What came of it, or what it asks for; JSON text; `null` for nothing yet. */
  readonly result: string | null
  /** Goes up by one with each change but that of `heldUntil`. */
  readonly version: number
}

/** What `change` puts in the place of what there is. */
export interface TaskChange {
  readonly status: TaskStatus
  readonly result?: string | null
  /** Default: as it was; `null` where the status is for good. */
  readonly heldUntil?: number | null
}

/**
 * Where tasks are kept. One of somebody else, and one that is over, is as if it were not there (PW-41).
 * `taskStoreContract()` of `trefoil/testing` is what every store must do.
 */
export interface TaskStore {
  /**
   * In one step.
   *
   * @param most tasks of the owner that are not for good, with this one
   * @returns `full` when there would be more; `taken` when there is one of that id
   */
  add(task: StoredTask, most: number): Awaitable<'added' | 'full' | 'taken'>
  find(owner: Owner, id: string, now: number): Awaitable<StoredTask | null>
  /**
   * In one step.
   *
   * @param version of the task as it was read
   * @returns false, and nothing is changed, when it has changed since, is for good, over or gone
   */
  change(id: string, version: number, change: TaskChange, now: number): Awaitable<boolean>
  /** Whoever works on it is alive. @returns false when it is no longer `working`: stop */
  hold(id: string, until: number, now: number): Awaitable<boolean>
}
