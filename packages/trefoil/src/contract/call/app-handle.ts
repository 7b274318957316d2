import { valueKind } from '../options/value-kind.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import type { ActionTarget } from '../protocol/action-protocol.ts'

/** Found on every app, whichever copy of the package made it. */
export const APP_BRAND = '~trefoil.app'

/** What a local CLI caller presents. */
export interface LocalCredentials {
  /** Header names and values in turn, such as `authorization`, `Bearer …`. */
  readonly headers: readonly string[]
  /** Aborts the calls, for example on Ctrl-C. */
  readonly signal?: AbortSignal
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

/** The part of an app that servers and the `trefoil` program hold it by. */
export interface AppHandle {
  readonly [APP_BRAND]: true
  readonly name: string
  /** Compiles the app (throws `ImproperlyConfigured`), then runs the start-up hooks. */
  startup(options?: StartupOptions): Promise<void>
  /** Tells calls and drain hooks that the app begins to stop; never rejects. Idempotent. */
  drain(): Promise<void>
  /** Drains if that has not been done, then runs every shutdown hook; throws an `AggregateError` with what failed. */
  shutdown(): Promise<void>
  /** Throws `ImproperlyConfigured` listing everything that is unfit for production. */
  validateProduction(): void
  /** Resolves when no `call.background` task runs any more. Apps of an older version have none. */
  readonly '~idle'?: () => Promise<void>
  /** Actions run in this process: source `cli`, entrypoint `local`. */
  localActions(credentials: LocalCredentials): ActionTarget
}

export function isAppHandle(value: unknown): value is AppHandle {
  return typeof value === 'object' && value !== null && APP_BRAND in value
}

/** @throws ImproperlyConfigured for what is no app, an `undefined` out of a forgotten export for one */
export function checkAppHandle(where: string, value: unknown): void {
  if (isAppHandle(value)) return
  throw new ImproperlyConfigured(`${where} takes an app of createApp(), got ${valueKind(value)}`)
}
