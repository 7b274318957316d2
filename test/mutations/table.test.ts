// The table of mutations fits what is there: `npm run mutations` runs it, which takes minutes.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { mutated } from './mutated.ts'
import { MUTATIONS } from './mutations.ts'

const ROOT = join(import.meta.dirname, '../..')

test('each row finds its text exactly once, changes it, and names tests that there are', () => {
  const wrong = MUTATIONS.flatMap((row) => {
    try {
      const text = readFileSync(join(ROOT, row.file), 'utf8')
      const changed = mutated(row, text)
      const missing = row.tests.filter((file) => !existsSync(join(ROOT, file)))
      if (changed === text) return [`${row.rule}: changes nothing`]
      if (row.tests.length === 0) return [`${row.rule}: names no test`]
      return missing.map((file) => `${row.rule}: ${file} is not there`)
    } catch (error) {
      return [String(error)]
    }
  })
  expect(wrong).toEqual([])
})

test('no two rows have one name', () => {
  const rules = MUTATIONS.map(({ rule }) => rule)
  expect(rules.filter((rule, at) => rules.indexOf(rule) !== at)).toEqual([])
})

test.each([
  ['nothing', 'a c'],
  ['twice', 'b b'],
])('a row that finds its text %s is told to be stale', (_, text) => {
  const row = { rule: 'a rule', file: 'a.ts', find: 'b', replace: '$&', tests: [] }
  expect(() => mutated(row, text)).toThrow(/stale.*'a rule'/)
  expect(mutated(row, 'a b c')).toBe('a $& c')
})
