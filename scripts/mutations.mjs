// `npm run mutations [-- WORD …]`: takes the rules of test/mutations away, one at a time, and holds that a test notices each
// time. With words: the rows whose rule or file has one of them. A rule that nothing notices fails the run.
//
// No file is written: what is taken away is taken from the text that Vite loads, so a run that is killed leaves nothing. For
// that tests load the sources, where they load `dist` elsewhere; a program that a test starts is not changed by it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createVitest } from 'vitest/node'
import { MUTATIONS } from '../test/mutations/mutations.ts'
import { mutated } from '../test/mutations/mutated.ts'
import { ROOT } from './workspace.mjs'

const SOURCES = join(ROOT, 'packages', 'trefoil', 'src')
/** A test that waits for what a mutation took away is red soon enough. */
const TEST_TIMEOUT = 8_000
/** Beside the code they test. */
const IS_UNIT = /^packages\//

const words = process.argv.slice(2).map((word) => word.toLowerCase())
const rows = MUTATIONS.filter(
  ({ rule, file }) =>
    words.length === 0 || words.some((word) => `${rule} ${file}`.toLowerCase().includes(word)),
)
if (rows.length === 0) {
  console.error('mutations: no rule has one of these words')
  process.exit(2)
}
// All of them before any: a table that is out of date says nothing.
for (const row of rows) mutated(row, readFileSync(join(ROOT, row.file), 'utf8'))

/** The row that is applied. */
let applied = null
const vitest = await createVitest(
  'test',
  {
    root: ROOT,
    config: false,
    watch: false,
    pool: 'forks',
    // What is kept on disk goes by the file, which nobody changes: it would keep what a mutation made of it.
    fsModuleCache: false,
    maxWorkers: 2,
    bail: 1,
    testTimeout: TEST_TIMEOUT,
    hookTimeout: TEST_TIMEOUT,
    setupFiles: [join(ROOT, 'test', 'properties', 'seeds.ts')],
    env: { TREFOIL_FIXED_SEED: '-1350501221' },
    include: ['packages/**/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/test/**/*.test.ts'],
    reporters: [{}],
    // What a broken app prints is no news here.
    onConsoleLog: () => false,
  },
  {
    resolve: {
      alias: [
        { find: /^trefoil$/, replacement: join(SOURCES, 'index.ts') },
        { find: /^trefoil\/(.+)$/, replacement: join(SOURCES, '$1.ts') },
      ],
    },
    plugins: [
      {
        name: 'mutation',
        enforce: 'pre',
        load(id) {
          if (applied === null || id !== join(ROOT, applied.file)) return null
          return mutated(applied, readFileSync(id, 'utf8'))
        },
      },
    ],
  },
)
await vitest.standalone()

const startedAt = Date.now()
const survivors = []
try {
  const files = [...new Set(rows.flatMap(({ tests }) => tests))]
  const { failed, broken, ran } = await run(files)
  if (failed !== null || broken !== null || ran === 0) {
    console.error(`mutations: red before anything was taken away: ${failed ?? broken ?? files}`)
    process.exitCode = 1
  } else {
    for (const row of rows) await judge(row)
    const seconds = Math.round((Date.now() - startedAt) / 1000)
    console.log(`\n${rows.length} rules, ${survivors.length} that no test holds, ${seconds} s`)
    if (survivors.length > 0) process.exitCode = 1
  }
} finally {
  await vitest.close()
}

async function judge(row) {
  applied = row
  vitest.invalidateFile(join(ROOT, row.file))
  const { failed, broken } = await run(row.tests)
  applied = null
  vitest.invalidateFile(join(ROOT, row.file))
  const isKilled = failed !== null
  if (!isKilled) survivors.push(row)
  // A file that cannot be loaded has noticed nothing: every mutation would do.
  const end = isKilled ? `killed by ${failed}` : `SURVIVED${broken === null ? '' : `: ${broken}`}`
  console.log(`${row.rule}\n    ${end}`)
}

/** @returns the first test that is red, and the first file that could not be run */
async function run(tests) {
  const specifications = tests.flatMap((file) => vitest.getModuleSpecifications(join(ROOT, file)))
  // Fast ones first: most rules are held there, and the first red test ends the run.
  specifications.sort((one, other) => rank(one.moduleId) - rank(other.moduleId))
  const { testModules } = await vitest.runTestSpecifications(specifications, false)
  let failed = null
  let broken = null
  let ran = 0
  for (const module of testModules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result()
      if (state === 'passed') ran++
      if (state === 'failed') failed ??= test.fullName
    }
    const [error] = module.errors()
    if (error !== undefined) broken ??= `${module.relativeModuleId}: ${error.message}`
  }
  return { failed, broken, ran }
}

function rank(path) {
  return IS_UNIT.test(path.slice(ROOT.length + 1)) ? 0 : 1
}
