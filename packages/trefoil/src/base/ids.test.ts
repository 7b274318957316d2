import { expect, test } from 'vitest'
import { systemRandom } from './clock.ts'
import { createIdSource } from './ids.ts'

test('OBS-1: ids are 32 lower-case hex digits of the injected random bytes', () => {
  const nextId = createIdSource((target) => target.fill(0xab))
  expect(nextId()).toBe('ab'.repeat(16))
})

test('OBS-1: consecutive ids use consecutive bytes, so no byte is used twice', () => {
  const nextId = createIdSource((target) => {
    for (let index = 0; index < target.length; index++) target[index] = index
  })
  expect(nextId()).toBe('000102030405060708090a0b0c0d0e0f')
  expect(nextId()).toBe('101112131415161718191a1b1c1d1e1f')
})

test('OBS-1: randomness is drawn again when a page is used up', () => {
  let draws = 0
  const nextId = createIdSource((target) => {
    draws++
    target.fill(draws)
  })
  const ids = Array.from({ length: 300 }, nextId)
  expect(ids[0]).toBe('01'.repeat(16))
  expect(ids[255]).toBe('01'.repeat(16))
  expect(ids[256]).toBe('02'.repeat(16))
  expect(draws).toBe(2)
})

test('OBS-1: the machine gives different ids', () => {
  const nextId = createIdSource(systemRandom)
  const ids = new Set(Array.from({ length: 1000 }, nextId))
  expect(ids.size).toBe(1000)
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/)
})
