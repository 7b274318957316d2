import { systemClock } from '../../base/clock.ts'
import type { AppHandle } from '../../contract/call/app-handle.ts'
import { internalsOf } from '../../contract/call/app-internals.ts'
import type { ActionTarget } from '../../contract/protocol/action-protocol.ts'
import type { Context } from '../context.ts'
import { describeError } from '../load/import-failure.ts'
import { type LoadedApp, loadApp } from '../load/load-app.ts'
import { type GlobalFlags, type LifespanFlags, timeoutOf } from '../terminal/flags.ts'
import { ProgressLine } from '../terminal/progress-line.ts'
import { appError, usageError } from '../terminal/usage-error.ts'
import { untilEnd } from '../until-end.ts'
import { givenCredentials, localCredentials } from './credentials.ts'
import { findRemote, mergeCredentials, openRemote, readRemotes } from './stored-remotes.ts'

export type TargetFlags = GlobalFlags & LifespanFlags

/**
 * Uses the actions of a remote, or of the local app when no remote is named. Around a local
 * use the app is started and shut down, because its actions need what start-up hooks open
 * (W-16c); `--no-lifespan` leaves that out.
 *
 * @throws Problem `cli_timeout`, `cli_interrupted`, `cli_terminated` when the command ends early
 */
export async function withTarget<Value>(
  context: Context,
  flags: TargetFlags,
  remote: string | undefined,
  use: (target: ActionTarget) => Promise<Value>,
): Promise<Value> {
  if (remote === undefined) return withLocalApp(context, flags, use)
  if (flags.app !== undefined) {
    throw usageError('Use either a remote or --app', 'Drop one of the two.')
  }
  const stored = findRemote(await readRemotes(context), remote)
  const access = mergeCredentials(stored, givenCredentials(flags))
  const target = openRemote(context, remote, { ...stored, ...access }, flags)
  return untilEnd(context, target, use)
}

async function withLocalApp<Value>(
  context: Context,
  flags: TargetFlags,
  use: (target: ActionTarget) => Promise<Value>,
): Promise<Value> {
  const { io, time } = context
  const headers = localCredentials(flags, io.env)
  const loaded = await loadLocalApp(context, flags)
  const { stderr } = io
  const progress = stderr.isTerminal ? new ProgressLine(stderr, systemClock) : null
  const run = async (): Promise<Value> => {
    const shown = progress === null ? {} : { onProgress: progress.show }
    const actions = loaded.app.localActions({ headers, signal: time.signal, ...shown })
    // The line is of one call: what is asked between two stands where it was.
    const call: ActionTarget['call'] = async (request) => {
      try {
        return await actions.call(request)
      } finally {
        progress?.end()
      }
    }
    return untilEnd(context, { ...actions, call }, use)
  }
  return withLoaded(context, flags, loaded, run)
}

/** The local app, in the time of the command; what it prints from now on goes to standard error. */
export async function loadLocalApp(context: Context, flags: TargetFlags): Promise<LoadedApp> {
  const { io, time } = context
  time.limit(timeoutOf(flags))
  io.divertOutput()
  return time.within(loadApp(flags.app ?? appFromEnvironment(context), io.cwd))
}

/** Starts the app, and shuts it down after the use, unless `--no-lifespan` leaves both out. */
export async function withLoaded<Value>(
  context: Context,
  flags: TargetFlags,
  loaded: LoadedApp,
  run: () => Promise<Value>,
): Promise<Value> {
  if (flags.lifespan !== false) return withLifespan(context, loaded, run)
  try {
    return await run()
  } finally {
    await closing(context, internalsOf(loaded.app, 'trefoil').idle(), 'background work')
  }
}

/** `TREFOIL_APP`; blank counts as not set. */
export function appFromEnvironment({ io }: Context): string | undefined {
  return io.env['TREFOIL_APP'] || undefined
}

async function withLifespan<Value>(
  context: Context,
  { app, label }: LoadedApp,
  run: () => Promise<Value>,
): Promise<Value> {
  const { time, io } = context
  let isStarted: boolean
  try {
    // Who runs actions in this process sees what is open; the lines are for those who serve it.
    const starting = app.startup({ announce: false })
    // Asked to stop while it starts, it gets so far that what it opened can be closed again.
    isStarted = await time.closing(starting, STARTING_MS)
  } catch (error) {
    throw startFailure(label, error, io.cwd)
  }
  // Nothing can be shut down that hangs in its start.
  if (!isStarted) throw time.signal.reason
  try {
    if (time.ended !== null) throw time.ended
    return await run()
  } finally {
    const stopping = shutDown(context, app)
    // What a hook has to write down must not be lost to a task that never ends.
    if (!(await time.closing(stopping, WORK_MS))) internalsOf(app, 'trefoil').giveUpWork()
    await closing(context, stopping, 'shutdown hooks and background work', CLOSING_MS - WORK_MS)
  }
}

/** Milliseconds for start-up hooks that still run when the command has to end. */
export const STARTING_MS = 3000

/** Milliseconds for what a command that has to end still closes: hooks, background work. */
const CLOSING_MS = 10_000
/** Of these, the part of background work. */
const WORK_MS = 5000

async function closing(
  context: Context,
  work: Promise<unknown>,
  what: string,
  ms: number = CLOSING_MS,
): Promise<void> {
  if (await context.time.closing(work, ms)) return
  context.warn(`${what} did not end within ${CLOSING_MS} ms and were left`)
}

/** The app is there but did not start. */
export function startFailure(label: string, error: unknown, cwd: string): Error {
  return appError(
    `Application ${label} failed to start: ${describeError(error, cwd)}`,
    'Correct the app as described.',
    error,
  )
}

/** The answer stands whether or not the app can be shut down, so a failure is only a warning. */
async function shutDown({ io, warn }: Context, app: AppHandle): Promise<void> {
  try {
    await app.shutdown()
  } catch (error) {
    const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
    for (const each of errors) warn(`shutdown failed: ${describeError(each, io.cwd)}`)
  }
}
