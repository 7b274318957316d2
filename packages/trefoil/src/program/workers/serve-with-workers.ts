import { systemClock } from '../../base/clock.ts'
import type { AppHandle } from '../../contract/call/app-handle.ts'
import { internalsOf } from '../../contract/call/app-internals.ts'
import { LOG_LEVELS, type LogLevel } from '../../contract/call/logger.ts'
import { createStderrLogger } from '../../record/stderr-logger.ts'
import { WORKER_VARIABLE, WORKERS_VARIABLE } from '../../record/worker-number.ts'
import type { Context } from '../context.ts'
import { locateApp } from '../load/load-app.ts'
import type { ProgramIo, ServeOptions } from '../terminal/io.ts'
import { jsonScreen, type Screen, screen, visibleLine } from '../terminal/print.ts'
import { appError } from '../terminal/usage-error.ts'
import { workerCount } from './worker-count.ts'
import { WorkerPool } from './worker-pool.ts'

/** What is served by several processes. */
export interface ServedByWorkers {
  readonly target: string | undefined
  readonly count: number
  readonly listen: ServeOptions
  readonly allowInsecure: boolean
}

/** Serves an app by workers until the program is asked to stop. Nothing of the app is loaded here. */
export async function serveWithWorkers(
  { io, view, time }: Context,
  { target, count, listen, allowInsecure }: ServedByWorkers,
): Promise<Screen> {
  const { file, export: name } = await locateApp(target, io.cwd)
  const words = [name === null ? file : `${file}#${name}`]
  if (allowInsecure) words.unshift('--allow-insecure')
  if (view.json) words.unshift('--json')
  const pool = new WorkerPool({
    count,
    start: await io.workers.prepare(),
    port: listen.port,
    args: (port) => ['run', `--host=${listen.host}`, `--port=${port}`, ...words],
    env: (number) => ({ [WORKER_VARIABLE]: `${number}`, [WORKERS_VARIABLE]: `${count}` }),
    log: createStderrLogger(systemClock, levelOf(io.env['TREFOIL_LOG_LEVEL'])),
    clock: systemClock,
  })
  const forget = io.workers.onReload(() => pool.roll())
  time.onEnd(() => pool.stop())
  try {
    const listening = await pool.start()
    if (listening !== null) {
      const { url, port, app, label } = listening
      const shown = view.json
        ? jsonScreen({ ok: true, app, url, port, workers: count })
        : screen(
            `${visibleLine(app)} listens on ${url} (${label}, workers: ${count}); Ctrl-C stops it\n`,
          )
      io.stdout.write(shown.stdout)
    }
    const { exit, failure } = await pool.ended
    if (failure !== null) throw appError(failure, 'The log says how each of them ended.')
    return { stdout: '', stderr: '', exit }
  } finally {
    forget()
  }
}

/**
 * How many workers are asked for; `null` for none, and in a worker, which has the variable too.
 *
 * @throws Problem `cli_usage`
 */
export function wantedWorkers(
  { env, workers }: ProgramIo,
  flag: string | undefined,
): number | null {
  if (workers.announce !== null) return null
  return workerCount(flag, env[WORKERS_VARIABLE], workers.parallelism)
}

/** Milliseconds for draining, closing, background work, shutdown hooks, and what is left to write. */
export function longestStop(app: AppHandle): number {
  const closing = Math.max(internalsOf(app, 'trefoil run').closeTimeout, 10_000)
  return 10_000 + closing + 500 + 10_000 + 5000
}

function levelOf(text: string | undefined): LogLevel {
  return LOG_LEVELS.find((level) => level === text) ?? 'info'
}
