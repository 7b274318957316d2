import type { Clock } from '../base/clock.ts'
import type { Logger } from '../contract/logger.ts'

/**
 * The logger an app has when it is given none: one JSON line per record on stderr, `debug`
 * left out. Any pino logger can take its place.
 */
export function createStderrLogger(clock: Clock): Logger {
  const write = (level: string) => (fields: object, message: string) => {
    const record = { time: clock.now(), level, message, ...describe(fields) }
    console.error(JSON.stringify(record))
  }
  return { debug: () => {}, info: write('info'), warn: write('warn'), error: write('error') }
}

function describe(fields: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) {
    plain[key] = value instanceof Error ? describeError(value) : value
  }
  return plain
}

function describeError(error: Error): Record<string, unknown> {
  const { name, message, stack, cause } = error
  return { name, message, stack, ...(cause === undefined ? {} : { cause: describeCause(cause) }) }
}

function describeCause(cause: unknown): unknown {
  return cause instanceof Error ? describeError(cause) : cause
}
