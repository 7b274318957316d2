import type { ChildProgram, ProgramIo } from '../terminal/io.ts'

/** What a supervised program is and what to watch for it. */
export interface Supervised {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly directories: readonly string[]
}

const DEBOUNCE_MS = 100
const DRAIN_MS = 3000

/**
 * Runs this program as a child and restarts it when sources change, one child at a time. A
 * child that fails is started again at the next change.
 *
 * @returns exit code: 0 when asked to stop or the child ended well
 */
export async function supervise(
  io: Pick<ProgramIo, 'startChild' | 'watch' | 'stderr'> & {
    onStop(listener: () => void): () => void
  },
  { args, env, directories }: Supervised,
): Promise<number> {
  const next = new Signals()
  let timer: NodeJS.Timeout | undefined
  const unwatch = io.watch(directories, () => {
    // An editor saves in several steps; one restart is enough for all of them.
    clearTimeout(timer)
    timer = setTimeout(() => next.emit('change'), DEBOUNCE_MS)
  })
  const forget = io.onStop(() => next.emit('stop'))
  try {
    for (;;) {
      const child = io.startChild(args, env)
      void child.exited.then((code) => next.emit(code === 0 ? 'done' : 'failed'))
      let event = await next.wait()
      if (event === 'failed') {
        io.stderr.write('trefoil: waiting for a change\n')
        event = await next.wait()
      }
      if (event === 'done') return 0
      await stopChild(child)
      if (event === 'stop' || next.isStopped) return 0
      next.clear()
      io.stderr.write('trefoil: restarting\n')
    }
  } finally {
    clearTimeout(timer)
    unwatch()
    forget()
  }
}

async function stopChild(child: ChildProgram): Promise<void> {
  child.stop()
  const timer = setTimeout(() => child.kill(), DRAIN_MS)
  await child.exited
  clearTimeout(timer)
}

type Event = 'change' | 'stop' | 'done' | 'failed'

/** The events of one round, in the order they came. */
class Signals {
  isStopped = false
  #events: Event[] = []
  #wake: (() => void) | undefined

  emit(event: Event): void {
    if (event === 'stop') this.isStopped = true
    this.#events.push(event)
    this.#wake?.()
  }

  async wait(): Promise<Event> {
    for (;;) {
      const event = this.isStopped ? 'stop' : this.#events.shift()
      if (event !== undefined) return event
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** Forgets what the child that was just stopped reported. */
  clear(): void {
    this.#events = []
  }
}
