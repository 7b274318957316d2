import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BloomFilter } from './bloom-filter.ts'
import { isCommonPassword } from './common-passwords.ts'
import { COMMON_PASSWORDS } from './password-files.ts'

/** The same words each time (xorshift32): what is measured once stays. */
function* words(count: number): Generator<string> {
  let state = 0x9e3779b9
  for (let index = 0; index < count; index++) {
    let word = ''
    while (word.length < 14) {
      state ^= state << 13
      state ^= state >>> 17
      state ^= state << 5
      word += (state >>> 0).toString(36)
    }
    yield word
  }
}

/** As many as set so many bits (Swamidass and Baldi, 2007). */
function entriesOf(file: Buffer): number {
  const [hashes, size] = [file.readUInt8(5), file.readUInt32BE(8)]
  let ones = 0
  for (const byte of file.subarray(12)) for (let rest = byte; rest > 0; rest &= rest - 1) ones++
  return (-size / hashes) * Math.log(1 - ones / size)
}

test('SW-11, PWD-1: the file has at most 1.1 MiB, and common passwords', () => {
  const file = readFileSync(COMMON_PASSWORDS)
  expect(file.length).toBeLessThanOrEqual(1.1 * 1024 * 1024)
  expect(entriesOf(file)).toBeGreaterThanOrEqual(400_000)
  const common = ['password', '123456', 'qwerty', 'letmein', 'iloveyou', 'trustno1', 'sunshine']
  for (const word of common) expect([word, isCommonPassword(word)]).toEqual([word, true])
})

test('of 100,000 words that nobody has it takes ten at most for common ones', () => {
  let wrong = 0
  for (const word of words(100_000)) if (isCommonPassword(word)) wrong++
  expect(wrong).toBeLessThanOrEqual(10)
})

test('a filter has all that was put in, through a file as well, and a file that is none is refused', () => {
  const filter = BloomFilter.sized(1000, 1e-3)
  for (let index = 0; index < 1000; index++) filter.add(`word ${index}`)
  const file = filter.toFile()
  const read = BloomFilter.from(file)
  for (let index = 0; index < 1000; index++) expect(read.has(`word ${index}`)).toBe(true)
  expect(() => BloomFilter.from(file.subarray(0, file.length - 1))).toThrow('no Bloom filter')
  expect(() => BloomFilter.from(new Uint8Array(12))).toThrow('no Bloom filter')
  expect(() => BloomFilter.from(new Uint8Array(3))).toThrow()
})
