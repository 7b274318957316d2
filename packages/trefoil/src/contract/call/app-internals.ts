import type { HttpHandler } from '../answer/exchange.ts'
import { valueKind } from '../options/value-kind.ts'
import type { VariableSection } from '../options/variable-row.ts'
import type { NamedCommand } from '../part.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import type { StdioChannel, StdioLines } from '../protocol/stdio-channel.ts'
import type { AppHandle, ShutdownLimits } from './app-handle.ts'
import type { Logger } from './logger.ts'

/**
 * What servers, the program and the test client hold of an app beside its public members. Reached by
 * {@link internalsOf} alone: on the app itself it would be in everybody's hand.
 */
export interface AppInternals {
  /** The handler behind `app.fetch`. Compiles the app. */
  http(): HttpHandler
  /**
   * The same for runtimes and frameworks that answer requests but run no hooks. Says once, at the
   * first request, how open the app is, and when start-up was forgotten (ADAPT-4).
   */
  mounted(): HttpHandler
  /** For servers that have something to say before a call begins. */
  logger(): Logger
  /** Milliseconds that closing after a call may take; 0 for any time. */
  readonly closeTimeout: number
  /** What follows `drain()` in `shutdown()`, for a server, which has to end. */
  shutdown(limits: ShutdownLimits): Promise<void>
  /** For a server, before it starts the app: where it is going to listen. */
  listensAt(host: string): void
  /** For programs that end the process without a shutdown: settles with the background work. */
  idle(): Promise<void>
  /** Waits for background work no longer: each task is named, told, and what it has open is taken back. */
  giveUpWork(): void
  /** MCP on a connection of its own. Compiles the app. */
  connect(channel: StdioChannel): StdioLines
  /** Commands that parts bring to the program. Compiles the app. */
  commands(): readonly NamedCommand[]
  /** Variables that parts read, by part. */
  variables(): readonly VariableSection[]
}

/** Found on every app, whichever copy of the package made it. Opens nothing. */
export const APP_MARK: symbol = Symbol.for('trefoil.app')

type Reader = (value: object) => AppInternals | null

const readers = new Set<Reader>()

/**
 * Called by the class of apps, which alone can look into them; and by a test that stands in for it.
 *
 * @returns takes it back
 */
export function befriendApps(reader: Reader): () => void {
  readers.add(reader)
  return () => void readers.delete(reader)
}

/** `null` for what this copy of the package has not made, a proxy of an app included. */
function internals(value: unknown): AppInternals | null {
  if (typeof value !== 'object' || value === null) return null
  for (const read of readers) {
    const found = read(value)
    if (found !== null) return found
  }
  return null
}

/** True for what `createApp()` of this copy of the package returned. */
export function isApp(value: unknown): value is AppHandle {
  return internals(value) !== null
}

/** True for an app that another copy of the package made. */
export function isForeignApp(value: unknown): boolean {
  return typeof value === 'object' && value !== null && APP_MARK in value && !isApp(value)
}

/** What to do about an app of another copy. */
export const FOREIGN_APP =
  'was made by another copy of trefoil; install it once, and import both from there'

/**
 * @param where who asks, for the message: `serve()`
 * @throws ImproperlyConfigured for anything that is no app of this copy
 */
export function internalsOf(app: unknown, where: string): AppInternals {
  const found = internals(app)
  if (found !== null) return found
  throw new ImproperlyConfigured(
    isForeignApp(app)
      ? `${where}: the app ${FOREIGN_APP}`
      : `${where} takes an app of createApp(), got ${valueKind(app)}`,
  )
}
