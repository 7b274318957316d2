/**
 * The part of pino's interface that the framework uses. A pino logger and `console` fit as they
 * are. Every method takes a message, or fields and a message.
 *
 * These are methods and not properties, so a logger that wants fields first and always fits too:
 * the framework hands a logger fields before the message, never a message alone.
 */
export interface Logger {
  debug(fields: object | string, message?: string): void
  info(fields: object | string, message?: string): void
  warn(fields: object | string, message?: string): void
  error(fields: object | string, message?: string): void
}

/** How much the default logger writes, from everything to nothing. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const

/** How much is logged: the level and everything above it. */
export type LogLevel = (typeof LOG_LEVELS)[number]
