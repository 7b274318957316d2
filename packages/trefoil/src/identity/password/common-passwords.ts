import { readFileSync } from 'node:fs'
import { lazily } from '../../base/lazily.ts'
import { BloomFilter } from './bloom-filter.ts'

/** Made by `scripts/common-passwords.mjs`. */
export const COMMON_PASSWORDS: URL = new URL('./common-passwords.bloom', import.meta.url)

const filter = lazily(() => BloomFilter.from(readFileSync(COMMON_PASSWORDS)))

/**
 * Whether a word in small letters is among some 415,000 passwords that many people have had; of other words
 * one in ten thousand is taken for one of them. Reads 1 MB when it is asked for the first time.
 */
export function isCommonPassword(word: string): boolean {
  return filter().has(word)
}
