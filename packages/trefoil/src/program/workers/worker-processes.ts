/** Where a worker listens, as it tells the process that started it. */
export interface WorkerListening {
  readonly url: string
  readonly port: number
  /** Name of the app. */
  readonly app: string
  /** Module and export, for messages. */
  readonly label: string
  /** Milliseconds that stopping takes at most, if the worker still runs its code. */
  readonly stopsWithin: number
}

/** How a process ended: with a code, or by a signal. Neither, when there never was one. */
export interface WorkerExit {
  readonly code: number | null
  readonly signal: string | null
}

/** This program running once more, sharing the port with others. */
export interface WorkerProgram {
  readonly pid: number | undefined
  /** Settles when it listens, and never where it does not. */
  readonly listening: Promise<WorkerListening>
  readonly exited: Promise<WorkerExit>
  /** Asks it to drain and end. */
  stop(): void
  /** Ends it at once. */
  kill(): void
}

/** Starts this program once more, with its output where ours goes. */
export type StartWorker = (
  args: readonly string[],
  env: Readonly<Record<string, string>>,
) => WorkerProgram

/** What there is outside the program for several processes that serve one port. */
export interface WorkerProcesses {
  /** How many threads the machine has for us. */
  readonly parallelism: number
  /** Tells whoever started this process that it listens; `null` where this is no worker. */
  readonly announce: ((listening: WorkerListening) => void) | null
  /** Makes this process one that starts workers. */
  prepare(): Promise<StartWorker>
  /** Calls back when the process is asked for new workers in the place of the old (SIGHUP). */
  onReload(listener: () => void): () => void
}
