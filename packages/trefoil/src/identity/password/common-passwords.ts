import { readFileSync } from 'node:fs'
import { lazily } from '../../base/lazily.ts'
import { BloomFilter } from './bloom-filter.ts'
import { COMMON_PASSWORDS } from './password-files.ts'

const filter = lazily(() => BloomFilter.from(readFileSync(COMMON_PASSWORDS)))

/**
 * Whether a word in small letters is among some 415,000 passwords that many people have had; of other words
 * less than one in ten thousand is taken for one of them. Reads 1 MB when it is asked for the first time.
 */
export function isCommonPassword(word: string): boolean {
  return filter().has(word)
}
