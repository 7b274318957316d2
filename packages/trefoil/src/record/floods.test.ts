import { expect, test } from 'vitest'
import type { Logger } from '../contract/call/logger.ts'
import { FLOOD_WINDOW, Floods, type RefusedCall } from './floods.ts'

/** Floods with a clock that a test turns. */
function flooded() {
  const lines: { level: string; message: string; fields: Record<string, unknown> }[] = []
  const write = (level: string) => (fields: object | string, message?: string) => {
    lines.push({ level, message: message ?? '', fields: Object(fields) })
  }
  const logger: Logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  const timers: (() => void)[] = []
  const start = (ms: number, callback: () => void) => {
    expect(ms).toBe(FLOOD_WINDOW)
    timers.push(callback)
    return () => void timers.splice(timers.indexOf(callback), timers.includes(callback) ? 1 : 0)
  }
  const floods = new Floods({ logger, start })
  return { floods, lines, timers, endWindow: () => timers.splice(0).forEach((end) => void end()) }
}

const CALL: RefusedCall = {
  line: { level: 'warn', message: 'Authentication failed', counted: 'strangers' },
  problem: 'AUTHENTICATION_ERROR',
  action: 'get_order',
  source: 'api',
  subject: null,
  address: '203.0.113.7',
}

test('the first is told at once, the others in one line when the window ends', () => {
  const { floods, lines, endWindow, timers } = flooded()
  expect(floods.isFirst(CALL)).toBe(true)
  for (let index = 0; index < 5000; index++) expect(floods.isFirst(CALL)).toBe(false)
  expect(lines).toEqual([])
  expect(timers).toHaveLength(1)
  endWindow()
  expect(lines).toEqual([
    {
      level: 'warn',
      message: 'Authentication failed',
      fields: {
        problem: 'AUTHENTICATION_ERROR',
        action: 'get_order',
        source: 'api',
        subject: null,
        clients: '203.0.113.0/24',
        refused: 5000,
        window_ms: FLOOD_WINDOW,
      },
    },
  ])
})

test('a flood that goes on is a line a window; one that ended is told of at once when it comes again', () => {
  const { floods, lines, endWindow, timers } = flooded()
  floods.isFirst(CALL)
  floods.isFirst(CALL)
  endWindow()
  expect(floods.isFirst(CALL)).toBe(false)
  endWindow()
  expect(lines.map(({ fields }) => fields['refused'])).toEqual([1, 1])
  // A quiet window: forgotten, and no timer is left.
  endWindow()
  expect(timers).toEqual([])
  expect(lines).toHaveLength(2)
  expect(floods.isFirst(CALL)).toBe(true)
})

test.each([
  { line: { ...CALL.line, message: 'Origin refused' } },
  { problem: 'invalid_origin' },
  { action: null },
  { source: 'mcp' },
  { subject: 'ada' },
  { address: '203.0.114.7' },
  { address: null },
  { address: '2001:db8::1' },
])('another kind is told at once: %o', (other) => {
  const { floods } = flooded()
  floods.isFirst(CALL)
  expect(floods.isFirst({ ...CALL, ...other })).toBe(true)
})

test('who has a network has one name: /24 and /64', () => {
  const { floods } = flooded()
  floods.isFirst(CALL)
  expect(floods.isFirst({ ...CALL, address: '::ffff:203.0.113.250' })).toBe(false)
  floods.isFirst({ ...CALL, address: '2001:db8:1:2::1' })
  expect(floods.isFirst({ ...CALL, address: '2001:db8:1:2:ffff::9' })).toBe(false)
  expect(floods.isFirst({ ...CALL, address: '2001:db8:1:3::1' })).toBe(true)
})

const OTHERS = 'Calls refused, from too many clients to tell apart'

/** As many kinds as are told apart, each of them again, so that none is forgotten. */
function fill(floods: Floods, kinds: number): number {
  let told = 0
  for (let round = 0; round < 2; round++) {
    for (let index = 0; index < kinds; index++) {
      const address = `10.${index >> 8}.${index & 255}.1`
      if (floods.isFirst({ ...CALL, address })) told++
    }
  }
  return told
}

test('more kinds than are told apart take no memory, and none is lost from the count', () => {
  const { floods, lines, endWindow } = flooded()
  const kinds = 5000
  // Of those who have no room the first is told of as well.
  expect(fill(floods, kinds)).toBe(1001)
  endWindow()
  expect(lines).toHaveLength(1001)
  expect(lines.reduce((sum, { fields }) => sum + Number(fields['refused']), 0)).toBe(
    2 * kinds - 1001,
  )
  expect(lines.filter(({ message }) => message === OTHERS)).toEqual([
    {
      level: 'warn',
      message: OTHERS,
      fields: {
        problem: 'AUTHENTICATION_ERROR',
        action: 'get_order',
        source: 'api',
        refused: 2 * (kinds - 1000) - 1,
        window_ms: FLOOD_WINDOW,
      },
    },
  ])
})

test('a flood from everywhere does not hide what else is tried', () => {
  const { floods, lines, endWindow } = flooded()
  for (let window = 0; window < 3; window++) {
    fill(floods, 1000)
    endWindow()
  }
  lines.length = 0
  const denied = { ...CALL.line, message: 'Access denied' }
  const real = { ...CALL, line: denied, problem: 'ACCESS_DENIED', action: 'refund', address: null }
  expect(floods.isFirst(real)).toBe(true)
  for (let index = 0; index < 40; index++) expect(floods.isFirst(real)).toBe(false)
  expect(floods.isFirst({ ...real, source: 'mcp' })).toBe(true)
  endWindow()
  const told = lines.filter(({ fields }) => fields['problem'] === 'ACCESS_DENIED')
  expect(told.map(({ message, fields }) => [message, fields['action'], fields['refused']])).toEqual(
    [[OTHERS, 'refund', 40]],
  )
})

test('codes without number take no memory either', () => {
  const { floods, lines, endWindow } = flooded()
  let told = 0
  for (let index = 0; index < 5000; index++) {
    if (floods.isFirst({ ...CALL, problem: `code_${index}` })) told++
  }
  expect(told).toBe(2000)
  endWindow()
  expect(lines).toEqual([
    { level: 'warn', message: OTHERS, fields: { refused: 3000, window_ms: FLOOD_WINDOW } },
  ])
})

test('the end of an app writes what has been counted, once', () => {
  const { floods, lines, timers, endWindow } = flooded()
  floods.isFirst(CALL)
  floods.isFirst(CALL)
  floods.flush()
  floods.flush()
  expect(timers).toEqual([])
  endWindow()
  expect(lines).toHaveLength(1)
})

test('an app that starts again after its end hides nobody: not those of before either', () => {
  const { floods, lines, timers, endWindow } = flooded()
  fill(floods, 1500)
  floods.flush()
  lines.length = 0
  expect(floods.isFirst({ ...CALL, address: '10.0.1.1' })).toBe(true)
  expect(floods.isFirst({ ...CALL, address: '10.0.1.1' })).toBe(false)
  expect(timers).toHaveLength(1)
  endWindow()
  expect(lines.map(({ fields }) => fields['refused'])).toEqual([1])
})

test('OBS-4: a logger that throws takes no count with it', () => {
  const broken = () => {
    throw new Error('disk full')
  }
  const floods = new Floods({
    logger: { debug: broken, info: broken, warn: broken, error: broken },
    start: () => () => {},
  })
  floods.isFirst(CALL)
  floods.isFirst(CALL)
  expect(() => floods.flush()).not.toThrow()
})
