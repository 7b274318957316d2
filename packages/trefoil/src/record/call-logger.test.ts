import fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { findDuplicateKey } from '../base/json/duplicate-key.ts'
import type { Logger } from '../contract/call/logger.ts'
import { createCallLogger } from './call-logger.ts'
import { createStderrLogger } from './stderr-logger.ts'

afterEach(() => vi.restoreAllMocks())

const FIXED = { request_id: 'r1', action: 'orders.get', source: 'api', subject: 'ada' }
const LEVELS = ['debug', 'info', 'warn', 'error'] as const

/** What real pino writes, as text. */
function inPino(write: (log: Logger) => void, fixed: () => object = () => FIXED): string {
  const lines: string[] = []
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) })
  write(createCallLogger(logger, () => ({ ...fixed() })))
  return lines.join('')
}

/** The arguments that the app's logger is given. */
function given(write: (log: Logger) => void): readonly unknown[][] {
  const lines: unknown[][] = []
  const at = (...line: unknown[]) => void lines.push(line)
  write(createCallLogger({ debug: at, info: at, warn: at, error: at }, () => FIXED))
  return lines
}

describe('what a line of call.log says', () => {
  test.each(LEVELS)('FND-34: %s carries the facts of the call', (level) => {
    const line = JSON.parse(inPino((log) => log[level]({ a: 1 }, 'text')))
    expect(line).toMatchObject({ ...FIXED, a: 1, msg: 'text' })
    expect(pino.levels.labels[line.level]).toBe(level)
  })

  test('FND-34: the facts are those of the moment', () => {
    let subject: string | null = null
    const text = inPino(
      (log) => {
        log.info('before')
        subject = 'ada'
        log.info('after')
      },
      () => ({ request_id: 'r1', subject }),
    )
    const subjects = text.trim().split('\n')
    expect(subjects.map((line) => JSON.parse(line).subject)).toEqual([null, 'ada'])
  })

  test('FND-34: every form that pino takes', () => {
    const error = new Error('why')
    const lines = given((log) => {
      log.info('text')
      log.info({ a: 1 })
      log.info({ a: 1 }, 'text')
      log.info(error)
      log.info(error, 'text')
      log.info({ err: error }, 'text')
      log.info({ err: error })
    })
    expect(lines).toEqual([
      [FIXED, 'text'],
      [{ ...FIXED, a: 1 }],
      [{ ...FIXED, a: 1 }, 'text'],
      [{ ...FIXED, err: error }, 'why'],
      [{ ...FIXED, err: error }, 'text'],
      [{ ...FIXED, err: error }, 'text'],
      [{ ...FIXED, err: error }, 'why'],
    ])
  })

  test('FND-34: what the types forbid and JavaScript does', () => {
    const lines = given((log) => {
      const info: (...line: unknown[]) => void = log.info
      info()
      info(undefined, 'text')
      info(null, 'text')
      info(42)
      info(true)
      info(Symbol('s'))
      info({ a: 1 }, 42)
      info(['x'])
    })
    expect(lines).toEqual([
      [FIXED],
      [FIXED, 'text'],
      [FIXED, 'text'],
      [FIXED, '42'],
      [FIXED, 'true'],
      [FIXED, 'Symbol(s)'],
      [{ ...FIXED, a: 1 }, '42'],
      [{ ...FIXED, 0: 'x' }],
    ])
  })

  test('FND-33: the cause is there with pino, console and the default logger', () => {
    const err = new Error('outer', { cause: new TypeError('the cause') })
    const write = (log: Logger) => log.error({ err }, 'failed')
    expect(inPino(write)).toContain('the cause')

    const lines: unknown[][] = []
    vi.spyOn(console, 'error').mockImplementation((...line) => void lines.push(line))
    write(createCallLogger(console, () => FIXED))
    expect(lines).toEqual([[{ ...FIXED, err }, 'failed']])

    write(createCallLogger(createStderrLogger({ now: () => 1, elapsed: () => 0 }), () => FIXED))
    expect(JSON.parse(String(lines[1]?.[0]))).toMatchObject({
      ...FIXED,
      message: 'failed',
      err: { message: 'outer', cause: { type: 'TypeError', message: 'the cause' } },
    })
  })
})

describe('what a line cannot be made to say', () => {
  test('FND-33: fixed fields win, and are printed once', () => {
    const forged = { request_id: 'forged', request_id_: 1, subject: 'root', action: null }
    const text = inPino((log) => log.info(forged, 'text'))
    expect(text.match(/"request_id":/g)).toHaveLength(1)
    expect(text.match(/"subject":/g)).toHaveLength(1)
    expect(JSON.parse(text)).toMatchObject({
      ...FIXED,
      request_id_: 1,
      request_id__: 'forged',
      subject_: 'root',
      action_: null,
    })
  })

  test('FND-33: names that loggers write are renamed', () => {
    const names = ['time', 'level', 'msg', 'message', 'pid', 'hostname', 'v', 'name']
    const text = inPino((log) =>
      log.info(Object.fromEntries(names.map((name) => [name, 'forged'])), 'text'),
    )
    const line = JSON.parse(text)
    expect(line).toMatchObject({ level: 30, msg: 'text' })
    for (const name of names) {
      expect(line[name]).not.toBe('forged')
      expect(line[`${name}_`]).toBe('forged')
    }
    // Read from the text: a parser would show one of two.
    expect(findDuplicateKey(text, 100)).toBe('')
  })

  test('FND-33: fields that pino takes for a request hide nothing', () => {
    const request = { method: 'GET', headers: { a: '1' }, socket: { b: 1 }, url: '/forged' }
    expect(JSON.parse(inPino((log) => log.info(request, 'text')))).toMatchObject({
      ...FIXED,
      method: 'GET',
      socket_: { b: 1 },
    })
    const response = { setHeader: () => {}, statusCode: 200 }
    expect(JSON.parse(inPino((log) => log.info(response, 'text')))).toMatchObject(FIXED)
  })

  test('FND-33: fields that would replace the record', () => {
    const [[fields] = []] = given((log) => {
      log.info({ toJSON: () => 'forged', ...JSON.parse('{"__proto__":{"request_id":"forged"}}') })
      const own = JSON.parse('{"__proto__":{"request_id":"forged"}}')
      log.info(own)
    })
    expect(JSON.parse(JSON.stringify(fields))).toMatchObject(FIXED)
    const [[parsed] = []] = given((log) => log.info(JSON.parse('{"__proto__":{"x":1}}')))
    expect(Object.getPrototypeOf(Object.assign({}, parsed))).toBe(Object.prototype)
    expect(Object.entries(parsed ?? {})).toContainEqual(['__proto___', { x: 1 }])
  })

  test('PW-02: a class with toJSON says what is printed of it', () => {
    class Session {
      readonly token = 's3cret'
      toJSON(): object {
        return { user: 'ada' }
      }
    }
    class Key {
      readonly token = 's3cret'
      toJSON(): string {
        return '[secret]'
      }
    }
    expect(
      given((log) => {
        log.info(new Session(), 'text')
        log.info(new Key(), 'text')
      }),
    ).toEqual([
      [{ ...FIXED, user: 'ada' }, 'text'],
      [FIXED, 'text'],
    ])
  })

  test('FND-33: whatever the fields, each key is printed once and the facts stand (property)', () => {
    const name = fc.constantFrom(
      'request_id',
      'request_id_',
      'subject',
      'level',
      'time',
      'msg',
      'a',
    )
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(name, fc.string()), fc.jsonValue()), (fields) => {
        const text = inPino((log) => log.info(fields, 'text'))
        expect(JSON.parse(text)).toMatchObject({ ...FIXED, level: 30, msg: 'text' })
        // Read from the text: a parser would show one of two.
        expect(findDuplicateKey(text, 100)).toBe('')
      }),
    )
  })
})

describe('call.log breaks no call', () => {
  const refuse = (): never => {
    throw new Error('no')
  }

  test('FND-34: fields are read once, and what throws is named', () => {
    let reads = 0
    const fields = {
      get count() {
        reads++
        return reads
      },
      get thrown() {
        return refuse()
      },
    }
    expect(given((log) => log.info(fields, 'text'))).toEqual([
      [{ ...FIXED, count: 1, thrown: '[unreadable]' }, 'text'],
    ])
    expect(reads).toBe(1)
    const hostile = new Proxy({}, { ownKeys: refuse, get: refuse, getPrototypeOf: refuse })
    expect(given((log) => log.info(hostile, 'text'))).toEqual([[FIXED, 'text']])
    const silent = { toString: refuse }
    const lines = given((log) => Reflect.apply(log.info, log, [{}, silent]))
    expect(lines).toEqual([[FIXED, '[unreadable]']])
  })

  test('FND-34: a logger that throws or rejects is ignored, and so are missing facts', async () => {
    const rejections: unknown[] = []
    const listen = (reason: unknown) => void rejections.push(reason)
    process.on('unhandledRejection', listen)
    const rejecting = () => Promise.reject(new Error('no'))
    const logger = { debug: refuse, info: refuse, warn: rejecting, error: rejecting }
    const log = createCallLogger(logger, () => FIXED)
    for (const level of LEVELS) log[level]({ a: 1 }, 'text')
    createCallLogger(logger, refuse).info('text')
    // Rejections are told of after the microtasks of this turn.
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', listen)
    expect(rejections).toEqual([])
  })

  test('FND-34: methods work without their object', () => {
    expect(
      given(({ info, error }) => {
        info('a')
        error('b')
      }),
    ).toEqual([
      [FIXED, 'a'],
      [FIXED, 'b'],
    ])
  })
})

describe('call.log is a view', () => {
  test('FND-58: nothing can be assigned, added or found', () => {
    const silent = () => {}
    const logger = { debug: silent, info: silent, warn: silent, error: silent }
    const log = createCallLogger(logger, () => FIXED)
    const prototype: object = Object.getPrototypeOf(log)
    expect(() => Object.assign(log, { error: silent })).toThrow(TypeError)
    expect(() => Object.assign(log, { child: silent })).toThrow(TypeError)
    expect(() => Object.assign(prototype, { child: silent })).toThrow(TypeError)
    expect(() => Object.setPrototypeOf(log, {})).toThrow(TypeError)
    expect(Object.isFrozen(prototype.constructor)).toBe(true)
    const values = [log, prototype].flatMap((owner) =>
      Reflect.ownKeys(owner).map((key) => Reflect.get(owner, key)),
    )
    expect(values).not.toContain(logger)
    expect(values).not.toContain(silent)
    expect(LEVELS.every((level) => typeof log[level] === 'function')).toBe(true)
  })
})
