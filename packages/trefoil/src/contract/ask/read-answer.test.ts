import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readForm } from './read-answer.ts'

const DAY = z.object({
  day: z.string().length(2).transform(Number),
  gift: z.boolean().default(false),
})

test('what was typed is what the schema makes of it', async () => {
  const read = await readForm(DAY, { action: 'accept', content: { day: '07' }, more: 1 })
  expect(read).toEqual({ answered: { action: 'accept', value: { day: 7, gift: false } } })
})

test.each(['decline', 'cancel'])('%s has no value, whatever was sent with it', async (action) => {
  const read = await readForm(DAY, { action, content: { day: '07' } })
  expect(read).toEqual({ answered: { action } })
  expect('answered' in read && Object.isFrozen(read.answered)).toBe(true)
})

describe('PW-20: no answer', () => {
  test.each<[unknown, string]>([
    [undefined, 'action must be'],
    [null, 'action must be'],
    ['accept', 'action must be'],
    [[], 'action must be'],
    [['accept'], 'action must be'],
    [{}, 'action must be'],
    [{ action: 'ACCEPT', content: { day: '07' } }, 'action must be'],
    [{ action: ['accept'], content: { day: '07' } }, 'action must be'],
    [{ action: true, content: { day: '07' } }, 'action must be'],
    [{ action: 'accept' }, 'content must be an object'],
    [{ action: 'accept', content: null }, 'content must be an object'],
    [{ action: 'accept', content: '{"day":"07"}' }, 'content must be an object'],
    [{ action: 'accept', content: [{ day: '07' }] }, 'content must be an object'],
  ])('%j', async (sent, expected) => {
    const read = await readForm(DAY, sent)
    expect(read).toEqual({ issues: [{ message: expect.stringContaining(expected) }] })
  })

  test('one that does not fit says where', async () => {
    const read = await readForm(DAY, { action: 'accept', content: { day: 7 } })
    expect(read).toEqual({ issues: [expect.objectContaining({ path: ['day'] })] })
  })
})

test('a schema that asks somewhere is waited for', async () => {
  const slow = z.object({ code: z.string().refine(async (code) => code === 'a') })
  const fits = await readForm(slow, { action: 'accept', content: { code: 'a' } })
  expect(fits).toEqual({ answered: { action: 'accept', value: { code: 'a' } } })
  expect(await readForm(slow, { action: 'accept', content: { code: 'b' } })).toHaveProperty(
    'issues',
  )
})

test('BIND-4: a name of the language in what was typed is a name', async () => {
  const content = JSON.parse('{"day":"07","__proto__":{"gift":true}}')
  const read = await readForm(DAY, { action: 'accept', content })
  expect(read).toEqual({ answered: { action: 'accept', value: { day: 7, gift: false } } })
})
