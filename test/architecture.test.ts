// DESIGN §2: the rooms and what they may import, read from the sources; DESIGN §6: file sizes.
import { describe, expect, test } from 'vitest'
import { checkSources, describeViolations, RULES } from './architecture/check-sources.ts'
import { readSources } from './architecture/read-sources.ts'

const sources = readSources()
const violations = checkSources(sources)

describe('architecture of packages/trefoil/src', () => {
  test('the sources are read', () => {
    expect(sources.has('index.ts')).toBe(true)
    expect(sources.has('base/README.md')).toBe(true)
    expect(sources.size).toBeGreaterThan(100)
  })

  test.each(RULES)('%s', (rule) => {
    expect(describeViolations(violations.filter((violation) => violation.rule === rule))).toBe('')
  })

  test('most files are short', () => {
    const lengths = [...sources]
      .filter(([file]) => file.endsWith('.ts'))
      .map(([, text]) => text.split('\n').length)
      .sort((a, b) => a - b)
    expect(lengths[Math.floor(lengths.length * 0.5)]).toBeLessThanOrEqual(100)
    expect(lengths[Math.floor(lengths.length * 0.9)]).toBeLessThanOrEqual(300)
  })
})
