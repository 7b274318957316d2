import type { Logger } from '../contract/call/logger.ts'
import { describeError, isError } from './describe-error.ts'
import { readLine, renameReserved } from './line-fields.ts'
import { writeSafely } from './write-safely.ts'

/**
 * The logger of one call, for handlers and whatever else a developer writes: every line also has
 * the fixed fields, and no line says anything else in their place. It leads to no logger of the
 * app, nothing of it can be assigned, and it never throws: `call.log` cannot break a call.
 *
 * Fields are merged here, a line at a time, and not by `logger.child()`: pino prints what a child
 * is bound to and what the line brings, both, and who reads `request_id` twice believes the last.
 *
 * @param fixed asked at every line, because who is calling is not known at the first one. It must
 *   name the same fields every time, `null` where there is no value: a name that it leaves out
 *   is free for the caller to use.
 */
export function createCallLogger(
  logger: Logger,
  fixed: () => Readonly<Record<string, unknown>>,
): Logger {
  return new CallLogger(logger, fixed)
}

class CallLogger implements Logger {
  // Functions of its own, so that `const { info } = call.log` works.
  readonly debug: Logger['debug']
  readonly info: Logger['info']
  readonly warn: Logger['warn']
  readonly error: Logger['error']

  constructor(logger: Logger, fixed: () => Readonly<Record<string, unknown>>) {
    const at =
      (level: keyof Logger): Logger['info'] =>
      (fields, message) =>
        write(logger, level, fixed, fields, message)
    this.debug = at('debug')
    this.info = at('info')
    this.warn = at('warn')
    this.error = at('error')
    // A view shows nothing that could be listed or spread.
    for (const name of Object.keys(this)) Object.defineProperty(this, name, { enumerable: false })
    Object.freeze(this)
  }
}
// Shared by all calls: what one call put there, the next would run.
Object.freeze(CallLogger.prototype)
Object.freeze(CallLogger)

function write(
  logger: Logger,
  level: keyof Logger,
  fixed: () => Readonly<Record<string, unknown>>,
  first: unknown,
  second: unknown,
): void {
  try {
    const own = fixed()
    const { fields, message } = readLine(first, second)
    const free = renameReserved(fields, (name) => Object.hasOwn(own, name) || TAKEN.has(name))
    // Defines members one by one: assigning `__proto__` would change what the object is.
    const printed = free.map(([name, value]) => [name, printable(name, value)] as const)
    writeSafely(logger, level, Object.fromEntries([...Object.entries(own), ...printed]), message)
  } catch {
    // Neither a hostile value nor a full stack may reach the handler.
  }
}

/** Names that mean something to loggers, in the fields of a line. */
const TAKEN: ReadonlySet<string> = new Set([
  // What they write themselves.
  ...['time', 'level', 'msg', 'message', 'pid', 'hostname', 'v', 'name'],
  // Fields with `method`, `headers` and `socket`, or with `setHeader`, are a request or a response
  // to pino, which then prints that alone: a caller's arguments could hide who is calling.
  ...['socket', 'setHeader'],
  // Each would replace the record, in loggers that turn it into JSON or copy it.
  ...['toJSON', '__proto__'],
])

/** Loggers know errors under `err` alone; under another name pino prints `{}` (FND-33). */
function printable(name: string, value: unknown): unknown {
  return name !== 'err' && isError(value) ? describeError(value) : value
}
