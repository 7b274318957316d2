import { expect, test, vi } from 'vitest'
import { ImproperlyConfigured } from '../../index.ts'
import { exposed } from './exposition.ts'
import { meterOf, Registry } from './meter.ts'

function newMeter(most = 10_000) {
  const registry = new Registry(most)
  const lines = () => exposed(registry.metrics(), 'prometheus').split('\n')
  return { ...meterOf(registry), lines }
}

/** What comes before the value: no two lines of a page may have the same. */
const keys = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => /^[a-z]/.test(line)).map((line) => line.slice(0, line.lastIndexOf(' ')))

test('P-MWL-8: no two lines of a page are for one series, whatever the values of labels are', () => {
  const { counter, lines } = newMeter(6)
  const made = counter('made_total', { help: 'Made.', labels: ['kind'] })
  const odd = ['a\rb', 'a b', '\ud800', '\udfff', `${'x'.repeat(199)}😀`, `${'x'.repeat(199)}🎉`]
  for (const kind of [...odd, 'other', 'more', 'much more']) made.add(1, { kind })
  const found = keys(lines())
  expect(new Set(found).size).toBe(found.length)
  expect(lines()).toContain('made_total{kind="a b"} 2')
  expect(lines().join('\n').isWellFormed()).toBe(true)
})

test('P-MWL-8: what has no place is counted with the value `other` that an app writes itself', () => {
  const { counter, lines } = newMeter(2)
  const made = counter('made_total', { help: 'Made.', labels: ['kind'] })
  for (const kind of ['other', 'a', 'b', 'c', 'other']) made.add(1, { kind })
  expect(lines()).toContain('made_total{kind="other"} 4')
  expect(keys(lines())).toHaveLength(2)
})

test('two metrics never write lines of one name', () => {
  const { counter, gauge, histogram } = newMeter()
  histogram('waited', { help: 'Waited.' })
  gauge('asked_sum', { help: 'Asked.' })
  counter('paid_total', { help: 'Paid.' })
  for (const name of ['waited_count', 'waited_sum', 'waited_bucket', 'paid_total']) {
    expect(() => gauge(name, { help: 'Taken.' }), name).toThrow(ImproperlyConfigured)
  }
  expect(() => histogram('asked', { help: 'Asked.' })).toThrow(/asked_sum/)
})

test('a counter takes numbers only: text would be put behind what it has', () => {
  const { counter, lines } = newMeter()
  const made = counter('made_total', { help: 'Made.' })
  made.add(1)
  for (const wrong of ['5', 5n, null, undefined, Number.NaN, -1, {}]) {
    // Plain JavaScript gives anything.
    expect(() => made.add(wrong as number), String(wrong)).toThrow(TypeError)
  }
  expect(lines()).toContain('made_total 1')
})

test('a gauge whose read is asynchronous has no value, and its failure ends no process', async () => {
  const { gauge, lines } = newMeter()
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  try {
    const read = (async () =>
      Promise.reject(new Error('the queue is away'))) as unknown as () => number
    gauge('queue_depth', { help: 'Waiting.', read })
    expect(lines().join('\n')).not.toContain('queue_depth ')
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(unhandled).not.toHaveBeenCalled()
  } finally {
    process.off('unhandledRejection', unhandled)
  }
})

test('a help text is one line', () => {
  const { gauge, lines } = newMeter()
  gauge('depth', { help: 'Of the\r\nqueue.\revil 1' })
  expect(lines().filter((line) => /\r|^evil/.test(line))).toEqual([])
})
