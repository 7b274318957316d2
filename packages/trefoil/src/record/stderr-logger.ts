import type { Clock } from '../base/clock.ts'
import { LOG_LEVELS, type Logger, type LogLevel } from '../contract/call/logger.ts'
import type { Environment } from '../contract/options/environment.ts'
import { jsonLine } from './json-line.ts'
import { readLine, renameReserved } from './line-fields.ts'
import { workerNumber } from './worker-number.ts'

/**
 * The logger an app has when it is given none: one JSON line per record on stderr. Any pino logger
 * can take its place.
 *
 * @param env says which of several workers this is, for its lines
 */
export function createStderrLogger(
  clock: Clock,
  lowest: LogLevel = 'info',
  env: Environment = {},
): Logger {
  const worker = workerNumber(env)?.number ?? null
  const from = LOG_LEVELS.indexOf(lowest)
  const at = (level: keyof Logger): Logger['info'] => {
    if (LOG_LEVELS.indexOf(level) < from) return () => {}
    return (first, second) => {
      const { fields, message } = readLine(first, second)
      const line = { time: clock.now(), level, message }
      const own = worker === null ? line : { ...line, worker }
      const free = renameReserved(fields, (name) => Object.hasOwn(own, name))
      console.error(jsonLine([...Object.entries(own), ...free]))
    }
  }
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
}
