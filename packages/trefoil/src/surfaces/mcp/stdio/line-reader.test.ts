import { describe, expect, test } from 'vitest'
import { type Line, LineReader } from './line-reader.ts'

const encoder = new TextEncoder()

/** Lines of a text that comes in pieces of a size. */
function linesOf(text: string, size: number, most = 1000): readonly string[] {
  const bytes = encoder.encode(text)
  const reader = new LineReader(most)
  const lines: string[] = []
  const use = (some: Iterable<Line>): void => {
    for (const line of some) {
      lines.push(
        line === 'too_long' ? line : new TextDecoder('utf-8', { fatal: true }).decode(line),
      )
    }
  }
  for (let at = 0; at < bytes.length; at += size) use(reader.push(bytes.slice(at, at + size)))
  use(reader.end())
  return lines
}

describe('lines of standard input (MCP-1)', () => {
  test.each([1, 2, 3, 5, 1000])('are the same in pieces of %i bytes', (size) => {
    const text = '\ufeff{"a":"é€😀"}\r\n\n\r\n{"b":1}\n{"c":"\ufeff"}'
    expect(linesOf(text, size)).toEqual(['{"a":"é€😀"}', '{"b":1}', '{"c":"\ufeff"}'])
  })

  test.each([1, 7, 1000])('that are too long are told once, pieces of %i bytes', (size) => {
    expect(linesOf(`${'x'.repeat(10)}\n${'y'.repeat(100)}\nz\n`, size, 10)).toEqual([
      'x'.repeat(10),
      'too_long',
      'z',
    ])
  })

  test('a line that never ends is told of before it ends', () => {
    const reader = new LineReader(4)
    const told: Line[] = [
      ...reader.push(encoder.encode('12345')),
      ...reader.push(encoder.encode('6')),
    ]
    expect(told).toEqual(['too_long'])
  })

  test('a line that was handed out is not written over by the next', () => {
    const told: Line[] = [...new LineReader(10).push(encoder.encode('one\ntwo\n'))]
    expect(told).toEqual([encoder.encode('one'), encoder.encode('two')])
  })

  test('nothing of the next line is looked at before it is asked for', () => {
    const lines = new LineReader(10).push(encoder.encode('one\ntwo\n'))
    expect(lines.next().value).toEqual(encoder.encode('one'))
    expect(lines.next().value).toEqual(encoder.encode('two'))
    expect(lines.next().done).toBe(true)
  })

  test('what other readers of text take for the end of a line is not one', () => {
    const text = '{"a":"\u2028\u2029\u0085\v\f"}\n{"b":"\\r"}\r\n'
    expect(linesOf(text, 1)).toEqual(['{"a":"\u2028\u2029\u0085\v\f"}', '{"b":"\\r"}'])
  })
})
