import { expect, it } from 'vitest'
import { PROBLEMS } from '../../packages/trefoil/src/contract/problems/problems.ts'
import { readDocument, tableOf } from './markdown.ts'

it('docs/problems.md lists the problem table, row for row, in its order', () => {
  const wanted = Object.entries(PROBLEMS).map(([code, { status, mcp, exit, text, fix }]) => [
    `\`${code}\``,
    String(status),
    String(mcp),
    String(exit),
    text,
    fix,
  ])
  expect(tableOf(readDocument('docs/problems.md'), 'problems')).toEqual(wanted)
})
