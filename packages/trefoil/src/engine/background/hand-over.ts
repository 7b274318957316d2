import type { CallState } from '../call-state.ts'
import { Batch } from './batch.ts'

/**
 * Work for after the answer: only after one that stands, unless it asked to be done always. A mail
 * that says "done" must not leave for a call that failed, or was rolled back (FND-17).
 */
export function handOver(state: CallState, isDone: boolean): void {
  const { tasks } = state
  if (tasks === null) {
    state.drainWatch?.end()
    return
  }
  state.tasks = null
  // For them too: a server that stops waits for all of it.
  const drain = state.openDrainWatch()
  const due = isDone ? tasks : tasks.filter(({ always }) => always)
  const { background } = state.site.app
  background.drop(tasks.length - due.length)
  if (due.length === 0) {
    drain.end()
    return
  }
  // What is found out while the answer is encoded or sent does not count: the work was done.
  const batch = new Batch(state, due, () => drain.end())
  state.inbound.onDone(() => background.start(batch))
}
