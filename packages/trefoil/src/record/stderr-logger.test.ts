import { afterEach, describe, expect, test, vi } from 'vitest'
import { LOG_LEVELS, type Logger, type LogLevel } from '../contract/call/logger.ts'
import { createStderrLogger } from './stderr-logger.ts'

afterEach(() => vi.restoreAllMocks())

/** The lines that come out when this is written. */
function written(write: (logger: Logger) => void, level?: LogLevel): readonly string[] {
  const lines: string[] = []
  vi.spyOn(console, 'error').mockImplementation((line) => lines.push(String(line)))
  write(createStderrLogger({ now: () => 1000, elapsed: () => 0 }, level))
  return lines
}

function record(write: (logger: Logger) => void): Record<string, unknown> {
  const lines = written(write)
  expect(lines).toHaveLength(1)
  return JSON.parse(lines[0] ?? '')
}

const OWN = { time: 1000, level: 'info' }

describe('the default logger', () => {
  test('OBS-5: one JSON line a record, whatever the text', () => {
    const [line, ...others] = written((log) => log.warn({ request_id: 'r1' }, 'a line\nbreak'))
    expect(others).toEqual([])
    expect(line).toBe('{"time":1000,"level":"warn","message":"a line\\nbreak","request_id":"r1"}')
  })

  test('FND-34: a message alone, fields alone, an error alone', () => {
    expect(record((log) => log.info('text'))).toEqual({ ...OWN, message: 'text' })
    expect(record((log) => log.info({ a: 1 }))).toEqual({ ...OWN, a: 1 })
    const error = new RangeError('too far')
    const err = { type: 'RangeError', message: 'too far', stack: error.stack }
    expect(record((log) => log.info(error))).toEqual({ ...OWN, message: 'too far', err })
    expect(record((log) => log.info({ err: error }))).toEqual({ ...OWN, message: 'too far', err })
    expect(record((log) => log.info(error, 'own'))).toEqual({ ...OWN, message: 'own', err })
  })

  test.each(LOG_LEVELS)('FND-34: at level %s it writes what is at least as grave', (level) => {
    const lines = written((log) => {
      for (const name of ['debug', 'info', 'warn', 'error'] as const) log[name](name)
    }, level)
    const levels = lines.map((line) => JSON.parse(line).level)
    expect(levels).toEqual(LOG_LEVELS.slice(LOG_LEVELS.indexOf(level), -1))
  })

  test('FND-34: without a level it leaves out debug', () => {
    expect(written((log) => log.debug('x'))).toEqual([])
    expect(written((log) => log.info('x'))).toHaveLength(1)
  })

  test('FND-33: no field is printed for what the logger says itself', () => {
    const fields = { time: 0, level: 'error', message: 'forged', level_: 1 }
    expect(record((log) => log.info(fields, 'real'))).toEqual({
      ...OWN,
      message: 'real',
      time_: 0,
      level__: 'error',
      level_: 1,
      message_: 'forged',
    })
  })

  test('FND-33: controls, separators and marks of direction are escaped, in names too', () => {
    const unsafe = ['\u007f', '\u0080', '\u009b', '\u009f', '\u061c', '\u200e', '\u200f']
    unsafe.push('\u2028', '\u2029', '\u202a', '\u202e', '\u2066', '\u2069', '\ufeff')
    for (const character of [...unsafe, '\u0000', '\u001b', '\n']) {
      const error = new Error(`c${character}`)
      const [line = ''] = written((log) =>
        log.warn({ [`a${character}`]: `b${character}`, err: error }, `m${character}`),
      )
      expect(line).not.toContain(character)
      expect(JSON.parse(line)).toMatchObject({
        message: `m${character}`,
        [`a${character}`]: `b${character}`,
        err: { message: `c${character}` },
      })
    }
    const [plain] = written((log) => log.warn('é ☃ 𝄞 日本 \u00a0'))
    expect(plain).toContain('é ☃ 𝄞 日本 \u00a0')
  })
})

describe('errors in a line', () => {
  const described = (err: unknown) => record((log) => log.error({ err }, 'x'))['err']

  test('FND-33: the chain of causes, by whatever name of the field', () => {
    class QuotaError extends Error {}
    const root = Object.assign(new TypeError('root'), { code: 'ENOENT' })
    const error = new QuotaError('outer', { cause: new Error('middle', { cause: root }) })
    const chain = {
      type: 'QuotaError',
      message: 'outer',
      stack: expect.stringContaining('stderr-logger.test'),
      cause: { type: 'Error', cause: { type: 'TypeError', message: 'root', code: 'ENOENT' } },
    }
    expect(described(error)).toMatchObject(chain)
    expect(record((log) => log.error({ details: { error } }, 'x'))).toMatchObject({
      details: { error: chain },
    })
  })

  test('FND-33: causes that are no errors', () => {
    expect(described(new Error('x', { cause: 'text' }))).toMatchObject({ cause: 'text' })
    expect(described(new Error('x', { cause: { a: 1 } }))).toMatchObject({ cause: { a: 1 } })
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(described(new Error('x', { cause: circle }))).toMatchObject({ cause: '[object Object]' })
  })

  test('FND-33: the errors of an AggregateError', () => {
    const error = new AggregateError(
      [new TypeError('a'), 'b', new Error('c', { cause: 'd' })],
      'all',
    )
    expect(described(error)).toMatchObject({
      type: 'AggregateError',
      message: 'all',
      errors: [{ type: 'TypeError', message: 'a' }, 'b', { message: 'c', cause: 'd' }],
    })
  })

  test('FND-33: circles, crowds and long texts are cut', () => {
    const loop = new Error('loop')
    loop.cause = loop
    expect(JSON.stringify(described(loop)).match(/"message":"loop"/g)).toHaveLength(9)
    const crowd = new AggregateError([], 'crowd')
    crowd.errors = Array.from({ length: 100 }, () => crowd)
    const text = JSON.stringify(described(crowd))
    expect(text.match(/"message":"crowd"/g)).toHaveLength(32)
    expect(text).toContain('"errors_left_out":')
    expect(JSON.stringify(described(new Error('x'.repeat(1_000_000)))).length).toBeLessThan(20_000)
  })

  test('FND-33: members that may carry credentials stay out', () => {
    const error = Object.assign(new Error('401'), { config: { authorization: 'Bearer s3cret' } })
    expect(JSON.stringify(described(error))).not.toContain('s3cret')
  })
})

describe('values that resist', () => {
  test('OBS-5: what has no JSON form is named or left out, and nothing throws', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    const fields = {
      circle,
      size: 5n,
      deep: { size: 6n },
      made: () => 1,
      bare: Object.create(null),
      broken: {
        get value(): never {
          throw new Error('no')
        },
      },
      get thrown(): never {
        throw new Error('no')
      },
      toJSON: () => 'replaced',
      last: 1,
    }
    expect(record((log) => log.info(fields, 'x'))).toEqual({
      ...OWN,
      message: 'x',
      circle: '[object Object]',
      size: '5',
      deep: { size: '6' },
      bare: {},
      broken: '[object Object]',
      thrown: '[unreadable]',
      last: 1,
    })
  })

  test('OBS-5: errors and proxies that throw when they are looked at', () => {
    const refuse = (): never => {
      throw new Error('no')
    }
    const hostile = new Proxy(new Error('x'), {
      get: refuse,
      getPrototypeOf: refuse,
      ownKeys: refuse,
    })
    expect(record((log) => log.info(hostile, 'x'))).toEqual({ ...OWN, message: 'x' })
    expect(record((log) => log.info({ err: hostile, a: 1 }, 'x'))).toMatchObject({ ...OWN, a: 1 })
    const error = new Error('x')
    for (const name of ['message', 'stack', 'cause', 'name', 'code', 'constructor']) {
      Object.defineProperty(error, name, { get: refuse })
    }
    expect(record((log) => log.info({ err: error }, 'x'))).toMatchObject({ err: { type: 'Error' } })
  })
})
