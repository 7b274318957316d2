import { afterEach, expect, test, vi } from 'vitest'
import { acceptRequestId } from './request-id.ts'
import { createStderrLogger } from './stderr-logger.ts'

afterEach(() => vi.restoreAllMocks())

test.each([
  ['abc', 'abc'],
  ['  abc  ', 'abc'],
  ['!~'.repeat(64), '!~'.repeat(64)],
])('OBS-1: %o is taken', (value, id) => {
  expect(acceptRequestId(value)).toBe(id)
})

test.each([undefined, '', '   ', 'a b', 'a\tb', 'é', 'a\nb', 'a\u007f', 'x'.repeat(129)])(
  'OBS-1: %o is replaced',
  (value) => {
    expect(acceptRequestId(value)).toBeNull()
  },
)

test('OBS-5: the default logger writes one JSON line, errors with their cause, no debug', () => {
  const lines: string[] = []
  vi.spyOn(console, 'error').mockImplementation((line) => lines.push(String(line)))
  const logger = createStderrLogger({ now: () => 1000, elapsed: () => 0 })
  const error = new Error('outer', { cause: new TypeError('inner') })
  logger.debug({}, 'not written')
  logger.warn({ error, request_id: 'r1' }, 'a line\nbreak')
  expect(lines).toHaveLength(1)
  expect(lines[0]).not.toContain('\n')
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    time: 1000,
    level: 'warn',
    message: 'a line\nbreak',
    request_id: 'r1',
    error: { name: 'Error', message: 'outer', cause: { name: 'TypeError', message: 'inner' } },
  })
})

test('OBS-5: what has no JSON form is logged in short, and never makes the logger throw', () => {
  const lines: string[] = []
  vi.spyOn(console, 'error').mockImplementation((line) => lines.push(String(line)))
  const logger = createStderrLogger({ now: () => 1000, elapsed: () => 0 })
  const circle: { self?: unknown } = {}
  circle.self = circle
  const loop = new Error('loop')
  loop.cause = loop
  logger.error({ error: new Error('outer', { cause: circle }) }, 'circular cause')
  logger.error({ error: loop }, 'circular errors')
  logger.error({ size: 5n, bare: Object.create(null) }, 'a bigint')
  const records = lines.map((line) => JSON.parse(line))
  expect(records[0].error).toMatchObject({ message: 'outer', cause: '[object Object]' })
  expect(records[1].error.cause.message).toBe('loop')
  expect(records[2]).toMatchObject({ message: 'a bigint', size: '[object BigInt]', bare: {} })
})
