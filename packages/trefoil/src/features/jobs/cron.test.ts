import { expect, test } from 'vitest'
import { readCron } from './cron.ts'

const DAY = 86_400_000

/** Every tick in a time, the oldest first. */
function ticks(cron: string, from: string, to: string, zone = 'UTC'): readonly string[] {
  const found: string[] = []
  const { lastTick } = readCron('test', cron, zone)
  const start = Date.parse(from)
  let end = Date.parse(to)
  while (end > start) {
    const at = lastTick(Math.max(start, end - DAY), end)
    if (at === null) end -= DAY
    else {
      found.unshift(new Date(at).toISOString().slice(0, 16))
      end = at - 1
    }
  }
  return found
}

test.each([
  ['0 6 * * *', ['2026-01-01T06:00', '2026-01-02T06:00', '2026-01-03T06:00']],
  ['30 6,18 2 * *', ['2026-01-02T06:30', '2026-01-02T18:30']],
  ['0 0 * * 6', ['2026-01-03T00:00']],
  ['0 0 * * sat', ['2026-01-03T00:00']],
  ['0 0 * jan-feb 5-7', ['2026-01-02T00:00', '2026-01-03T00:00', '2026-01-04T00:00']],
  // Of the two days one is enough, where both are restricted.
  ['0 0 2 * 6', ['2026-01-02T00:00', '2026-01-03T00:00']],
  ['5/25 9 1 * *', ['2026-01-01T09:05', '2026-01-01T09:30', '2026-01-01T09:55']],
  ['0 0 31 2 *', []],
])('%s', (cron, expected) => {
  expect(ticks(cron, '2026-01-01T00:00Z', '2026-01-04T00:00Z')).toEqual(expected)
})

test('a zone whose clocks change: what is left out is left out, what comes twice comes twice', () => {
  const berlin = (cron: string, day: string) =>
    ticks(cron, `${day}T00:00Z`, `${day}T04:00Z`, 'Europe/Berlin')
  expect(berlin('30 2 * * *', '2026-03-28')).toEqual(['2026-03-28T01:30'])
  expect(berlin('30 2 * * *', '2026-03-29')).toEqual([])
  expect(berlin('30 2 * * *', '2026-10-25')).toEqual(['2026-10-25T00:30', '2026-10-25T01:30'])
  expect(ticks('0 0 * * 0', '2026-01-03T00:00Z', '2026-01-05T00:00Z', 'Europe/Berlin')).toEqual([
    '2026-01-03T23:00',
  ])
})

test.each(['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *'])(
  'refused: %s',
  (cron) => expect(() => readCron('x', cron, 'UTC')).toThrow('x: cron'),
)
test.each(['*/0', '5-1', '1-2-3', 'a', '1/2/3', '-1', '1,', '0x1', '1.5', '*/x'])(
  'refused: %s * * * *',
  (minute) => expect(() => readCron('x', `${minute} * * * *`, 'UTC')).toThrow('the minute must be'),
)
test.each(['* * * * 8', '* * * * mo'])('refused: %s', (cron) =>
  expect(() => readCron('x', cron, 'UTC')).toThrow('day of the week'),
)
