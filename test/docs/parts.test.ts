import { expect, it } from 'vitest'
import { PART_MEMBERS } from '../../packages/trefoil/src/app/declare/define-part.ts'
import { health } from '../../packages/trefoil/src/health.ts'
import { readDocument, tableOf } from './markdown.ts'

it('docs/parts.md names every member of a part, and no other', () => {
  const { text } = readDocument('docs/parts.md')
  const section = text.split('## What a part may have')[1]?.split('\n## ')[0] ?? ''
  const named = [...section.matchAll(/^\| `(\w+)` /gm)].map(([, name]) => name)
  expect(named).toEqual(Object.keys(PART_MEMBERS))
})

it('docs/parts.md lists the options of health() as their rows do', () => {
  const rows = Object.entries(health().options?.rows ?? {})
  const table = tableOf(readDocument('docs/parts.md'), 'health options')
  expect(table.map(([name]) => name)).toEqual(rows.map(([name]) => `\`${name}\``))
  for (const [at, [, row]] of rows.entries()) expect(table[at]?.[2]).toContain(row.doc)
})
