import { expect, test } from 'vitest'
import { z } from 'zod'
import { encoderOf, validatorOf } from './validate.ts'

const LATER = z.object({ error: z.string().refine(async (text) => text !== 'bad') })

test('a plain zod schema answers at once', () => {
  expect(validatorOf(z.object({ a: z.string().trim() }))({ a: ' x ' })).toEqual({
    value: { a: 'x' },
  })
})

test('a refinement that answers at once does so, and says what was wrong', () => {
  const validate = validatorOf(z.string().refine((text) => text === 'a', 'Not a'))
  expect(validate('a')).toEqual({ value: 'a' })
  expect(validate('b')).toMatchObject({ issues: [{ message: 'Not a' }] })
})

test('one that answers later is waited for, whatever its member is called', async () => {
  const validate = validatorOf(LATER)
  await expect(validate({ error: 'x' })).resolves.toEqual({ value: { error: 'x' } })
  await expect(validate({ error: 'bad' })).resolves.toMatchObject({
    issues: [{ path: ['error'] }],
  })
})

test('one that rejects rejects once: no rejection is left to nobody', async () => {
  const lost: unknown[] = []
  const listen = (reason: unknown) => void lost.push(reason)
  process.on('unhandledRejection', listen)
  try {
    const away = async (): Promise<boolean> => Promise.reject(new Error('away'))
    await expect(validatorOf(z.string().refine(away))('x')).rejects.toThrow('away')
    const back = z.codec(z.string(), z.string(), { decode: (text) => text, encode: away as never })
    await expect(encoderOf(back)('x')).rejects.toThrow('away')
    await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.off('unhandledRejection', listen)
  }
  expect(lost).toEqual([])
})

test('a thenable of another library is asked once, by the rules of the language', async () => {
  let asked = 0
  const schema = {
    '~standard': {
      version: 1 as const,
      vendor: 'x',
      validate: () => ({
        // biome-ignore lint/suspicious/noThenProperty: what is tested
        then: (resolve: (result: object) => void) => {
          asked++
          resolve({ value: 1 })
          resolve({ value: 2 })
        },
      }),
    },
  }
  await expect(validatorOf(schema as never)(0)).resolves.toEqual({ value: 1 })
  expect(asked).toBe(1)
})
