import { expect, it } from 'vitest'
import { flowRows } from '../../scripts/flow-table.mjs'
import { readDocument, tableOf } from './markdown.ts'

it('SW-40: the table of the flows is that of the graph, and of what each step registers', () => {
  expect(tableOf(readDocument('docs/account-flows.md'), 'steps')).toEqual(flowRows())
})
