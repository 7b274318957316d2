// FND-34: both ways to call a logger compile, and common loggers fit without a cast.
import { pino } from 'pino'
import { type Call, createApp, type Logger } from 'trefoil'

declare const call: Call
call.log.info('text')
call.log.info({ count: 1 })
call.log.info({ count: 1 }, 'text')
call.log.warn(new Error('why'))
call.log.error({ err: new Error('why') }, 'text')
// @ts-expect-error: a number is neither fields nor a message
call.log.info(42)
// @ts-expect-error: fields come first
call.log.info('text', { count: 1 })

createApp({ log: { logger: pino() } })
createApp({ log: { logger: pino({ customLevels: { audit: 35 } }).child({ service: 'orders' }) } })
createApp({ log: { logger: console } })
createApp({ log: { logger: call.log } })
createApp({ log: { level: 'silent' } })
// @ts-expect-error: no such level
createApp({ log: { level: 'trace' } })
// @ts-expect-error: three methods are missing
createApp({ log: { logger: { info() {} } } })

const lines: unknown[] = []
const fieldsFirst = (fields: object, message: string): void => void lines.push(fields, message)
export const own: Logger = {
  debug() {},
  info: (fields, message) => void lines.push(fields, message),
  warn: fieldsFirst,
  async error(fields: object) {
    lines.push(fields)
  },
}
