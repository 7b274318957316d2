import type { AccessLog } from '../../contract/call/access-event.ts'
import type { OnCall } from '../../contract/call/call-record.ts'
import { LOG_LEVELS, type Logger, type LogLevel } from '../../contract/call/logger.ts'
import { callable, choice } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'

/** `createApp({ log })`: what is written down, and where. */
export interface LogOptions {
  /** Where the framework logs; a pino logger and `console` fit. Default: JSON lines on stderr. */
  readonly logger?: Logger
  /** How much the default logger writes; a logger of your own has its own level. Default `info`. */
  readonly level?: LogLevel
  /**
   * Which calls leave a line of their own: those that were refused or failed, or `all`. Default
   * `problems`.
   */
  readonly calls?: 'problems' | 'all'
  /**
   * W3C Trace Context: `continue` goes on with the trace of a caller who sends one, `restart` begins
   * one for every call, `off` has none. Default `off`.
   */
  readonly trace?: 'off' | 'continue' | 'restart'
  /** Receives one event per call, for a log. Default none. */
  readonly access?: AccessLog
  /** Receives the record of every call, on every surface, once its answer is complete. Default none. */
  readonly onCall?: OnCall
}

/** {@link LogOptions} after reading. */
export type LogValues = Values<
  LogOptions,
  {
    readonly logger: Logger | null
    readonly access: AccessLog | null
    readonly onCall: OnCall | null
  }
>

const METHODS = ['debug', 'info', 'warn', 'error'] as const

const logger: OptionKind<Logger> = {
  words: 'logger',
  read(value) {
    // Object(): a logger may be a function with methods, and null has none.
    const missing = METHODS.find((name) => typeof Object(value)[name] !== 'function')
    return missing === undefined
      ? { value: value as Logger }
      : {
          mistake: `must have the methods ${METHODS.join(', ')}, as pino and console have; '${missing}' is missing`,
        }
  },
}

/** The rows of {@link LogOptions}. */
export const LOG: OptionGroup<LogOptions, LogValues> = {
  name: 'log',
  prefix: 'TREFOIL_LOG',
  rows: {
    logger: {
      read: logger,
      default: null,
      shown: 'JSON lines on stderr',
      doc: 'Where the framework logs; a pino logger and `console` fit, see [logging](logging.md).',
    },
    level: {
      read: choice(LOG_LEVELS),
      default: 'info',
      variable: true,
      unless: 'logger',
      doc: 'How much the default logger writes: `debug`, `info`, `warn`, `error`, `silent`. Refused beside a `logger` of your own.',
    },
    calls: {
      read: choice(['problems', 'all']),
      default: 'problems',
      variable: true,
      doc: 'Which calls leave a line: `problems`, those that were refused or failed, or `all`, see [logging](logging.md#a-line-for-every-call).',
    },
    trace: {
      read: choice(['off', 'continue', 'restart']),
      default: 'off',
      variable: true,
      doc: 'W3C Trace Context, see [tracing](tracing.md): `continue` goes on with the trace of a caller who sends one, `restart` begins one for every call.',
    },
    access: {
      read: callable(),
      default: null,
      doc: 'Function called with one event per call, when its answer is complete, see [records](records.md#access-log).',
    },
    onCall: {
      read: callable(),
      default: null,
      doc: 'Function called with the [record](records.md) of every call, when its answer is complete.',
    },
  },
}
