import type { Progress } from '../content/progress.ts'
import type { ActionTarget } from '../protocol/action-protocol.ts'

/** What a local CLI caller presents. */
export interface LocalCredentials {
  /** Sent as `Authorization: Bearer …`. Default: no such header. */
  readonly token?: string | undefined
  /** Header names and values in turn, such as `x-api-key`, `…`. Default none. */
  readonly headers?: readonly string[] | undefined
  /** Aborts the calls, for example on Ctrl-C. */
  readonly signal?: AbortSignal
  /** Told of what handlers say with `call.progress()`. What it throws is ignored. */
  readonly onProgress?: (progress: Progress) => void
}

/** Options of `app.startup()`. */
export interface StartupOptions {
  /** False leaves out the lines about how open the app is. Default true. */
  readonly announce?: boolean
}

/** How long a server waits for what an app has still to do. Milliseconds; may be infinite. */
export interface ShutdownLimits {
  /** For work that goes on after answers (`call.background`). */
  readonly background: number
  /** For all shutdown hooks together. */
  readonly hooks: number
}

/** An app as servers and the `trefoil` program take it: what `createApp()` returned, and nothing like it. */
export interface AppHandle {
  readonly name: string
  /** Compiles the app (throws `ImproperlyConfigured`), then runs the start-up hooks. */
  startup(options?: StartupOptions): Promise<void>
  /** Tells calls and drain hooks that the app begins to stop; never rejects. Idempotent. */
  drain(): Promise<void>
  /** Drains if that has not been done, then runs every shutdown hook; throws an `AggregateError` with what failed. */
  shutdown(): Promise<void>
  /** Throws `ImproperlyConfigured` listing everything that is unfit for production. */
  validateProduction(): void
  /** Actions run in this process: source `cli`, entrypoint `local`. */
  localActions(credentials: LocalCredentials): ActionTarget
}
