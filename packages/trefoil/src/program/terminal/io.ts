import type { AppHandle } from '../../contract/call/app-handle.ts'
import type { WorkerProcesses } from '../workers/worker-processes.ts'
import type { StopSignal } from './stop-signals.ts'

/** Where text goes. */
export interface Output {
  write(text: string): void
  /** Waits until there is room for more; false when nobody reads any more. Absent: there always is. */
  ready?(): Promise<boolean>
  /** Calls back when nobody reads any more, at once where that is so already. Absent: that is never known. */
  onClosed?(listener: () => void): void
  /** What waits to be written need not be, before the program ends. */
  giveUp?(): void
  readonly isTerminal: boolean
  /** Characters of a line of the terminal; absent where there is none. */
  readonly columns?: number | undefined
}

export interface ServeOptions {
  readonly host: string
  /** 0 lets the system choose. */
  readonly port: number
}

export interface RunningServer {
  readonly url: string
  readonly port: number
  /** Stops accepting, waits for calls in flight, runs the shutdown hooks. */
  close(): Promise<void>
}

/** This program running a second time, as a child. */
export interface ChildProgram {
  /** Exit code; `null` when a signal ended it. */
  readonly exited: Promise<number | null>
  /** Asks it to drain and end. */
  stop(): void
  /** Ends it at once. */
  kill(): void
}

/** What was typed at a question: a line, Ctrl-D, or Ctrl-C, which a terminal in this mode does not turn into a signal. */
export type TypedLine =
  | { readonly key: 'enter'; readonly text: string }
  | { readonly key: 'end' }
  | { readonly key: 'interrupt' }

/** The world outside the program, handed in so that a test can stand in for all of it. */
export interface ProgramIo {
  readonly stdout: Output
  readonly stderr: Output
  /** Standard input; read only when a command asks for it. */
  readonly stdin: AsyncIterable<string | Uint8Array>
  /**
   * Asks at the terminal without echo; `null` when there is no terminal to ask at. Resolves with
   * `null` when the answer was Ctrl-C, which a terminal in this mode does not turn into a signal.
   */
  readonly askSecret: ((question: string) => Promise<string | null>) | null
  /**
   * Asks at the terminal, with echo; `null` when there is no terminal to ask at. Given up when the signal is aborted.
   */
  readonly askLine: ((question: string, signal: AbortSignal) => Promise<TypedLine>) | null
  /** Environment. `dev` and `run` set `TREFOIL_ENV` in it while they serve. */
  readonly env: Record<string, string | undefined>
  /** Absolute path of the working directory. */
  readonly cwd: string
  /** Absolute path of the user's home directory. */
  readonly home: string
  /** Starts serving an app, its start-up hooks included. */
  serve(app: AppHandle, options: ServeOptions): Promise<RunningServer>
  /** Starts this program once more, with its output where ours goes. */
  startChild(args: readonly string[], env: Readonly<Record<string, string>>): ChildProgram
  /** Several processes that serve one port. */
  readonly workers: WorkerProcesses
  /** Calls back when source files under the directories change; returns how to stop watching. */
  watch(directories: readonly string[], listener: () => void): () => void
  /**
   * Calls back once when the process is asked to stop; a second signal ends it at once. Returns how
   * to stop listening.
   */
  onStop(listener: (signal: StopSignal) => void): () => void
  /**
   * From now on what the app prints goes to standard error, so that standard output holds the
   * answer alone: an interval of the app may still print while the answer is being written.
   */
  divertOutput(): void
}

/** Reads all of standard input, up to `limit` characters; `null` when there is more. */
export async function readInput(io: ProgramIo, limit: number): Promise<string | null> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of io.stdin) {
    text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
    if (text.length > limit) return null
  }
  return text + decoder.decode()
}
