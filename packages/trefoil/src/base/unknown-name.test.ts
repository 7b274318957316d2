import { expect, test } from 'vitest'
import { unknownName } from './unknown-name.ts'

const KNOWN = { needsInput: true, check: true } as const

test('FND-13: the first unknown name, and the nearest known one', () => {
  expect(unknownName({ check: 1, needInput: 1 }, KNOWN)).toBe(
    "unknown option 'needInput'; did you mean 'needsInput'?",
  )
  expect(unknownName({ somethingElse: 1 }, KNOWN)).toBe("unknown option 'somethingElse'")
  expect(unknownName({ check: 1 }, KNOWN)).toBeNull()
  expect(unknownName({}, KNOWN)).toBeNull()
})

test('FND-13: inherited names count, those of Object do not make a name known', () => {
  expect(unknownName(Object.create({ toString: 1 }), KNOWN)).toBe("unknown option 'toString'")
  expect(unknownName({ constructor: 1 }, KNOWN)).toBe("unknown option 'constructor'")
})
