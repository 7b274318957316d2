import { dirname, relative } from 'node:path'
import type { Command } from 'commander'
import { UnfitForProduction } from '../../app/fitness/production.ts'
import type { AppHandle } from '../../contract/call/app-handle.ts'
import { ImproperlyConfigured, refuse } from '../../contract/problems/problem.ts'
import { listenAddress, parsePort } from '../../surfaces/http/node/listen-address.ts'
import type { Context } from '../context.ts'
import { describeError } from '../load/import-failure.ts'
import { type LoadedApp, loadApp, locateApp } from '../load/load-app.ts'
import { supervise } from '../load/supervise.ts'
import { appFromEnvironment, STARTING_MS, startFailure } from '../remotes/with-target.ts'
import { flagsOf, type GlobalFlags } from '../terminal/flags.ts'
import type { RunningServer, ServeOptions } from '../terminal/io.ts'
import { jsonScreen, type Screen, screen, visibleLine } from '../terminal/print.ts'
import { appError, usageError } from '../terminal/usage-error.ts'
import { longestStop, serveWithWorkers, wantedWorkers } from '../workers/serve-with-workers.ts'

interface ServeFlags extends GlobalFlags {
  readonly host?: string
  readonly port?: string
}

interface RunFlags extends ServeFlags {
  readonly allowInsecure?: boolean
  readonly workers?: string
}

type Mode = 'development' | 'production'

/** `dev` and `run` (CLI-21). */
export function addServeCommands(program: Command, context: Context): void {
  addServeFlags(program.command('dev'))
    .description('serve an app for development, restarting on changes')
    .option('--no-watch', 'do not restart on changes')
    .action(async (target: string | undefined, _flags: unknown, command: Command) => {
      const flags = flagsOf<ServeFlags & { readonly watch: boolean }>(command)
      const options = listenOptions(context.io, flags)
      const text = target ?? flags.app ?? appFromEnvironment(context)
      context.finish(
        flags.watch
          ? await develop(context, text, options)
          : await serve(context, text, options, 'development', false),
      )
    })

  addServeFlags(program.command('run'))
    .description('serve an app for production, after the safety checks')
    .option('--allow-insecure', 'serve even if the safety checks fail')
    .option(
      '--workers <number>',
      'serve by so many processes; auto for one on each thread (default: TREFOIL_WORKERS, else one alone)',
    )
    .action(async (target: string | undefined, _flags: unknown, command: Command) => {
      const flags = flagsOf<RunFlags>(command)
      const text = target ?? flags.app ?? appFromEnvironment(context)
      const allowInsecure = flags.allowInsecure === true
      const listen = listenOptions(context.io, flags)
      const count = wantedWorkers(context.io, flags.workers)
      context.finish(
        count === null
          ? await serve(context, text, listen, 'production', allowInsecure)
          : await serveWithWorkers(context, { target: text, count, listen, allowInsecure }),
      )
    })
}

function addServeFlags(command: Command): Command {
  return command
    .argument('[target]', 'module#export of the app (default: --app, TREFOIL_APP, else looked for)')
    .option('--host <address>', 'address to listen on (default: TREFOIL_HOST, HOST, 127.0.0.1)')
    .option(
      '--port <number>',
      'port to listen on; 0 takes a free one (default: TREFOIL_PORT, PORT, 8000)',
    )
}

/** The flag, then the variables (FND-49). */
function listenOptions({ env }: Context['io'], flags: ServeFlags): ServeOptions {
  const port = flags.port === undefined ? undefined : parsePort(flags.port)
  if (port === null) throw usageError('--port must be a number from 0 to 65535')
  if (flags.host?.trim() === '') throw usageError('--host must not be empty')
  try {
    return listenAddress({ port, host: flags.host }, env)
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    throw usageError(error.message, 'Correct the variable, or give --port.')
  }
}

/** Watches, and serves in a child, because a module once imported cannot be unloaded. */
async function develop(
  { io, view, time }: Context,
  text: string | undefined,
  { host, port }: ServeOptions,
): Promise<Screen> {
  const { file, export: name } = await locateApp(text, io.cwd)
  const target = name === null ? file : `${file}#${name}`
  const isInside = !relative(io.cwd, file).startsWith('..')
  const { startChild, watch, stderr } = io
  const onStop = (listener: () => void) => time.onEnd(listener)
  const exit = await supervise(
    { startChild, watch, stderr, onStop },
    {
      args: ['dev', '--no-watch', `--host=${host}`, `--port=${port}`, target].concat(
        view.json ? ['--json'] : [],
      ),
      env: { TREFOIL_ENV: 'development' },
      directories: isInside ? [io.cwd] : [io.cwd, dirname(file)],
    },
  )
  return { stdout: '', stderr: '', exit }
}

async function serve(
  context: Context,
  text: string | undefined,
  options: ServeOptions,
  mode: Mode,
  allowInsecure: boolean,
): Promise<Screen> {
  const { env } = context.io
  const { TREFOIL_ENV: mode_, TREFOIL_LOG_LEVEL: level } = env
  env['TREFOIL_ENV'] = mode
  env['TREFOIL_LOG_LEVEL'] = level ?? (mode === 'development' ? 'debug' : 'info')
  try {
    const loaded = await context.time.within(loadApp(text, context.io.cwd))
    if (mode === 'production') checkProduction(context, loaded, allowInsecure)
    return await serveUntilStopped(context, loaded, options)
  } catch (error) {
    // A worker that is asked to stop while it starts has nobody to tell: whoever asked knows.
    if (context.io.workers.announce === null || error !== context.time.ended) throw error
    return { stdout: '', stderr: '', exit: 0 }
  } finally {
    restore(env, 'TREFOIL_ENV', mode_)
    restore(env, 'TREFOIL_LOG_LEVEL', level)
  }
}

function restore(
  env: Record<string, string | undefined>,
  name: string,
  value: string | undefined,
): void {
  // Assigned to the real environment, undefined would become the text "undefined".
  if (value === undefined) delete env[name]
  else env[name] = value
}

function checkProduction(
  { io, view, warn }: Context,
  { app, label }: LoadedApp,
  allowInsecure: boolean,
): void {
  try {
    app.validateProduction()
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw startFailure(label, error, io.cwd)
    if (!allowInsecure) {
      throw refuse('cli_app', {
        detail: `${label}: ${error.message}`,
        fix: 'Correct every point, or serve without the checks with --allow-insecure.',
        cause: error,
        // People have the sentences already; programs go by the codes.
        ...(view.json && error instanceof UnfitForProduction
          ? { details: { failures: error.issues } }
          : {}),
      })
    }
    warn(`served without a passed safety check, ${label}: ${error.message}`)
  }
}

async function serveUntilStopped(
  { io, view, time }: Context,
  { app, label }: LoadedApp,
  options: ServeOptions,
): Promise<Screen> {
  const starting = startServer(app, label, options, io)
  // Asked to stop while it starts, it gets so far that what it opened can be closed again.
  if (!(await time.closing(starting, STARTING_MS))) throw time.signal.reason
  const server = await starting
  const { announce } = io.workers
  if (announce === null) {
    const shown = view.json
      ? jsonScreen({ ok: true, app: app.name, url: server.url, port: server.port })
      : screen(`${visibleLine(app.name)} listens on ${server.url} (${label}); Ctrl-C stops it\n`)
    io.stdout.write(shown.stdout)
  } else {
    const { url, port } = server
    announce({ url, port, app: app.name, label, stopsWithin: longestStop(app) })
  }
  await new Promise<void>((resolve) => time.onEnd(resolve))
  await closeServer(server, label, io.cwd)
  return { stdout: '', stderr: '', exit: 0 }
}

async function startServer(
  app: AppHandle,
  label: string,
  options: ServeOptions,
  io: Context['io'],
): Promise<RunningServer> {
  try {
    return await io.serve(app, options)
  } catch (error) {
    const code: unknown = error instanceof Error && 'code' in error ? error.code : null
    const where = `${options.host}:${options.port}`
    if (code === 'EADDRINUSE') {
      throw usageError(`Could not listen on ${where}: the port is in use`, 'Choose another --port.')
    }
    if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw usageError(`Could not listen on ${where} (${code})`, 'Choose another --host or --port.')
    }
    throw startFailure(label, error, io.cwd)
  }
}

async function closeServer(server: RunningServer, label: string, cwd: string): Promise<void> {
  try {
    await server.close()
  } catch (error) {
    throw appError(
      `Application ${label} failed to stop: ${describeError(error, cwd)}`,
      'Correct its shutdown hooks as described.',
      error,
    )
  }
}
