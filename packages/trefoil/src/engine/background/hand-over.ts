import type { CallState } from '../call-state.ts'
import type { Task, Work } from './background-tasks.ts'
import { Batch, type Begun } from './batch.ts'
import { outOfContext } from './out-of-context.ts'
import { giveUpTask, runTask } from './run-task.ts'

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
  // For them too: a server that stops waits for all of it. Weakly, because it leads to the request, which
  // work that waits must not hold; whoever asks for the signal holds on to it by themselves.
  const watch = state.openDrainWatch()
  const drain = new WeakRef(watch)
  const due = isDone ? tasks : tasks.filter(({ always }) => always)
  const { background } = state.site.app
  background.drop(tasks.length - due.length)
  if (due.length === 0) {
    watch.end()
    return
  }
  // What is found out while the answer is encoded or sent does not count: the work was done.
  const batch = new Batch(state, due, () => drain.deref()?.end())
  state.inbound.onDone(() => background.start(workOf(batch)))
}

function workOf(batch: Batch): Work {
  return {
    next() {
      const begun = batch.begin()
      return begun === null ? null : taskOf(begun)
    },
    giveUp: () => batch.giveUp(),
  }
}

/** What a task adds is handed over when it has ended, as what a call adds. */
function taskOf({ state, task }: Begun): Task {
  return {
    run: () =>
      outOfContext(async () => {
        const isDone = await observed(state, () => runTask(state, task.run))
        if (isDone !== null) handOver(state, isDone)
      }),
    giveUp: () =>
      outOfContext(async () => {
        if (await giveUpTask(state)) handOver(state, false)
      }),
  }
}

/** Told to those who look on, where there are any. */
async function observed(
  state: CallState,
  run: () => Promise<boolean | null>,
): Promise<boolean | null> {
  const { observers } = state.site.app
  if (observers === null) return run()
  const { callId, trace } = state
  const { facts, surface } = state.site
  const task = Object.freeze({ action: facts.name, surface, callId, trace })
  const isDone = await observers.task(task, run)
  observers.taskEnded(task, isDone === null ? 'left' : isDone ? 'done' : 'failed')
  return isDone
}
