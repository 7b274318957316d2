import { describe, expect, it } from 'vitest'
import { ProgressLine } from './progress-line.ts'

function open(columns?: number) {
  const written: string[] = []
  const clock = { time: 0, now: () => 0, elapsed: () => clock.time }
  const output = { write: (text: string) => void written.push(text), isTerminal: true, columns }
  return { line: new ProgressLine(output, clock), clock, written }
}

describe('W-31c: the line of progress at a terminal', () => {
  it('says how much, of how much, and what, and leaves nothing behind', () => {
    const { line, clock, written } = open()
    line.show({ done: 1, total: 3, message: 'row one' })
    clock.time = 100
    line.show({ done: 2, total: null, message: null })
    line.end()
    expect(written).toEqual(['\r\u001b[K1/3 row one', '\r\u001b[K2', '\r\u001b[K'])
  })

  it('is drawn ten times a second at most, and not taken away where it never was', () => {
    const { line, clock, written } = open()
    line.end()
    for (clock.time = 0; clock.time < 1000; clock.time += 1) {
      line.show({ done: clock.time, total: null, message: null })
    }
    expect(written).toHaveLength(10)
  })

  it('CLI-14: shows what would move the cursor, and stays on its line', () => {
    const { line, written } = open(20)
    line.show({ done: 1, total: null, message: `\u001b[2J\nfake${'x'.repeat(100)}` })
    expect(written).toEqual(['\r\u001b[K1 \\u001b[2J\\u000afa'])
  })
})
