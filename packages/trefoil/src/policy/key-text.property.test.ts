import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { keyText } from './key-text.ts'

const value = fc.oneof(
  fc.jsonValue(),
  fc.anything({ withBigInt: true, withDate: true, maxDepth: 3 }),
  fc.constantFrom(0, -0, '0', null, 'null', undefined, [], {}, '[]', '{}', [[]]),
)

it('PW-30: two values have one text only if they are the same', () => {
  fc.assert(
    fc.property(value, value, (left, right) => {
      const texts = [left, right].map(textOf)
      if (texts.includes(null)) return
      expect(texts[0] === texts[1]).toBe(isDeepStrictEqual(plain(left), plain(right)))
    }),
    { numRuns: 100 },
  )
})

function textOf(given: unknown): string | null {
  try {
    return keyText(given)
  } catch {
    return null
  }
}

/** Of the other prototypes that an object may have, none makes a difference to a handler. */
function plain(given: unknown): unknown {
  if (Array.isArray(given)) return Array.from(given, plain)
  if (typeof given !== 'object' || given === null || given instanceof Date) return given
  return new Map(Object.entries(given).map(([name, member]) => [name, plain(member)]))
}
