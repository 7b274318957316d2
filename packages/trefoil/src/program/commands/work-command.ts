import type { Command } from 'commander'
import { internalsOf } from '../../contract/call/app-internals.ts'
import type { Context } from '../context.ts'
import { describeError } from '../load/import-failure.ts'
import { type LoadedApp, loadApp } from '../load/load-app.ts'
import { appFromEnvironment, STARTING_MS, startFailure } from '../remotes/with-target.ts'
import { flagsOf, type GlobalFlags } from '../terminal/flags.ts'
import { jsonScreen, type Screen, screen, visibleLine } from '../terminal/print.ts'
import { usageError } from '../terminal/usage-error.ts'

/** Milliseconds that jobs have to end once the worker is asked to stop; then they are given back. */
const DRAIN_MS = 10_000
const SHUTDOWN = { background: 5000, hooks: 5000 }

/** `work`: jobs alone, without a server. What works is the part that brings jobs. */
export function addWorkCommand(program: Command, context: Context): void {
  program
    .command('work')
    .argument('[target]', 'module#export of the app (default: --app, TREFOIL_APP, else looked for)')
    .description("do an app's jobs until Ctrl-C, without serving it")
    .action(async (target: string | undefined, _flags: unknown, command: Command) => {
      const flags = flagsOf<GlobalFlags & { readonly app?: string }>(command)
      context.finish(await work(context, target ?? flags.app ?? appFromEnvironment(context)))
    })
}

async function work(context: Context, text: string | undefined): Promise<Screen> {
  const { io, view, time } = context
  const loaded = await time.within(loadApp(text, io.cwd))
  const { app, label } = loaded
  const entry = internalsOf(app, 'trefoil')
    .commands()
    .find(({ part, command }) => part === 'jobs' && command.name === 'work')
  if (entry === undefined) {
    throw usageError(`${label} has no jobs to work on`, 'Add the part of jobQueue() to its parts.')
  }
  await start(context, loaded)
  try {
    const shown = view.json
      ? jsonScreen({ ok: true, app: app.name })
      : screen(`${visibleLine(app.name)} does its jobs (${label}); Ctrl-C stops it\n`)
    io.stdout.write(shown.stdout)
    await entry.command.run({
      options: {},
      app: entry.app,
      signal: time.signal,
      print: (line) => io.stdout.write(`${visibleLine(line)}\n`),
    })
  } finally {
    await stop(context, loaded)
  }
  return { stdout: '', stderr: '', exit: 0 }
}

async function start({ io, time }: Context, { app, label }: LoadedApp): Promise<void> {
  let isStarted: boolean
  try {
    isStarted = await time.closing(app.startup({ announce: false }), STARTING_MS)
  } catch (error) {
    throw startFailure(label, error, io.cwd)
  }
  // Nothing can be shut down that hangs in its start.
  if (!isStarted) throw time.signal.reason
}

async function stop({ io, time, warn }: Context, { app }: LoadedApp): Promise<void> {
  await time.closing(app.drain(), DRAIN_MS)
  try {
    await internalsOf(app, 'trefoil').shutdown(SHUTDOWN)
  } catch (error) {
    const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error]
    for (const each of errors) warn(`shutdown failed: ${describeError(each, io.cwd)}`)
  }
}
