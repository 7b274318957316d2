import { describe, expect, it } from 'vitest'
import { CLIENT_GROUPS, optionRows } from '../../scripts/option-tables.mjs'
import { readDocument } from './markdown.ts'

const { text } = readDocument('docs/client.md')

describe('docs/client.md', () => {
  it.each(Object.entries(CLIENT_GROUPS))('the table of %s is that of the source', (name, group) => {
    const start = text.indexOf(`<!-- generated: ${name} -->`)
    const shown = text.slice(start, text.indexOf('<!-- end of generated -->', start))
    const cells = shown
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .slice(1, -1)
          .split(' | ')
          .map((cell) => cell.trim()),
      )
    expect(cells.length).toBeGreaterThan(3)
    expect(cells).toEqual(optionRows(group))
  })
})
