import { describe, expect, test } from 'vitest'
import { database } from '../../packages/trefoil/src/database.ts'
import { dependency } from '../../packages/trefoil/src/index.ts'
import { partContract } from '../../packages/trefoil/src/testing.ts'

describe('database() keeps the contract of parts', () => {
  for (const { name, run } of partContract(() => database(':memory:'))) test(name, run)
})

test('unit and within of a dependency are what they are said to be', () => {
  expect(() => dependency(() => 1, { unit: 'yes' as never })).toThrow('unit must be true or false')
  expect(() => dependency(() => 1, { within: 'x' as never })).toThrow('within must be a function')
})
