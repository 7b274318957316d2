// DESIGN §2: the rooms and what they may import, read from the sources; DESIGN §6: file sizes.
import { readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LARGE_FOLDERS, WIDE_FILES } from './architecture/check-folders.ts'
import { importsNamed } from './architecture/check-signs.ts'
import { checkSources, describeViolations } from './architecture/check-sources.ts'
import { readSources } from './architecture/read-sources.ts'
import { RULES } from './architecture/report.ts'
import { MAY_IMPORT, ROOMS, roomOf } from './architecture/rooms.ts'

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

  test('what is excepted is there', () => {
    const folders = new Set([...sources.keys()].map((file) => posix.dirname(file)))
    for (const file of Object.keys(WIDE_FILES)) expect(sources.has(file), file).toBe(true)
    for (const folder of Object.keys(LARGE_FOLDERS)) expect(folders.has(folder), folder).toBe(true)
  })

  test('AGENTS.md has the rooms, and what each may import', () => {
    const text = readFileSync(new URL('../AGENTS.md', import.meta.url), 'utf8')
    const rows = [...text.matchAll(/^\| `([a-z/]+)` +\|[^|]*\| ([^|]*[^| ]) +\|$/gm)]
    const mapped = new Map(rows.map(([, room = '', may = '']) => [room, may]))
    for (const room of ROOMS) {
      if (room === 'doors' || ![...sources.keys()].some((file) => roomOf(file) === room)) continue
      const may = mapped.get(room)
      expect(may, room).toBeDefined()
      const said = importsNamed(may ?? '')
      if (said !== null) expect([...said].sort(), room).toEqual([...MAY_IMPORT[room]].sort())
    }
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
