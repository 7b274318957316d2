import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineSettings } from './define-settings.ts'
import { secret } from './secret-field.ts'

const loud = z.string().refine(() => false, { error: ({ input }) => `never ${input} ever` })
const FIELDS = {
  key: secret({ minBytes: 10_000 }),
  text: loud,
  count: z.int().max(-1),
  flag: z.boolean(),
  list: z.array(loud),
  shape: z.object({ nothing: z.never() }),
}

test('FND-38: a text as long as a secret is in no message, whichever variable it is in', () => {
  const text = fc
    .string({ minLength: 16, maxLength: 60, unit: fc.constantFrom(...'abcXYZ019-._$&/+=') })
    .filter((drawn) => drawn.trim() !== '')
  fc.assert(
    fc.property(text, (drawn) => {
      const env = Object.fromEntries(
        Object.keys(FIELDS).map((name) => [`A_${name.toUpperCase()}`, drawn]),
      )
      let message = ''
      try {
        defineSettings(FIELDS, { envPrefix: 'A_', env })
      } catch (error) {
        message = (error as Error).message
      }
      expect(message).toContain('6 settings are wrong')
      expect(message).not.toContain(drawn)
    }),
    { numRuns: 100 },
  )
})
