import type { ActionTarget } from '../contract/action-protocol.ts'
import type { AppHandle } from '../contract/app-handle.ts'
import type { Context } from './context.ts'
import { givenCredentials, localCredentials } from './credentials.ts'
import { type GlobalFlags, type LifespanFlags, timeoutOf } from './flags.ts'
import { describeError } from './import-failure.ts'
import { type LoadedApp, loadApp } from './load-app.ts'
import { findRemote, mergeCredentials, openRemote, readRemotes } from './stored-remotes.ts'
import { appError, usageError } from './usage-error.ts'

export type TargetFlags = GlobalFlags & LifespanFlags

/**
 * Uses the actions of a remote, or of the local app when no remote is named. Around a local
 * use the app is started and shut down, because its actions need what start-up hooks open
 * (W-16c); `--no-lifespan` leaves that out.
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
  return use(openRemote(remote, { ...stored, ...access }, timeoutOf(flags), context.version))
}

async function withLocalApp<Value>(
  context: Context,
  flags: TargetFlags,
  use: (target: ActionTarget) => Promise<Value>,
): Promise<Value> {
  const { io } = context
  const headers = localCredentials(flags, io.env)
  const timeoutMs = timeoutOf(flags)
  const stop = new AbortController()
  const forget = io.onStop(() => stop.abort())
  const restore = io.divertOutput()
  try {
    const loaded = await loadApp(flags.app ?? appFromEnvironment(context), io.cwd)
    const run = (): Promise<Value> => {
      const late = timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]
      const signal = AbortSignal.any([stop.signal, ...late])
      return use(loaded.app.localActions({ headers, signal }))
    }
    return await (flags.lifespan === false ? run() : withLifespan(context, loaded, run))
  } finally {
    restore()
    forget()
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
  try {
    // Who runs actions in this process sees what is open; the lines are for those who serve it.
    await app.startup({ announce: false })
  } catch (error) {
    throw startFailure(label, error, context.io.cwd)
  }
  try {
    return await run()
  } finally {
    await shutDown(context, app)
  }
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
