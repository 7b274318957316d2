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

const MAX_CAUSES = 8

function describe(fields: object): Record<string, unknown> {
  const plain: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(fields)) plain[key] = describeValue(value, 0)
  return plain
}

function describeValue(value: unknown, depth: number): unknown {
  return value instanceof Error ? describeError(value, depth) : printable(value)
}

/** Errors may be causes of each other in a circle, so the chain is cut. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const { name, message, stack, cause } = error
  const plain = { name, message, stack }
  if (cause === undefined || depth === MAX_CAUSES) return plain
  return { ...plain, cause: describeValue(cause, depth + 1) }
}

/** A logger that throws would turn the failure it was told of into another one. */
function printable(value: unknown): unknown {
  try {
    JSON.stringify(value)
    return value
  } catch {
    return Object.prototype.toString.call(value)
  }
}
