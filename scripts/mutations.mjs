// `npm run mutations [-- WORD …]`: takes the rules of test/mutations away, one at a time, and holds that a test notices each
// time. With words: the rows whose rule or file has one of them. A rule that nothing notices fails the run.
//
// No file is written: what is taken away is taken from the text that Vite loads, so a run that is killed leaves nothing. For
// that tests load the sources, where they load `dist` elsewhere; a program that a test starts is not changed by it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { createVitest } from 'vitest/node'
import { mutated } from '../test/mutations/mutated.ts'
import { MUTATIONS } from '../test/mutations/mutations.ts'
import { ROOT } from './workspace.mjs'

const SOURCES = join(ROOT, 'packages', 'trefoil', 'src')
/** A test that waits for what a mutation took away is red soon enough. */
const TEST_TIMEOUT = 8_000

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

/** What a run has come to so far: asked afterwards, Vitest tells of earlier runs as well. */
let seen = { failed: null, broken: null, ran: 0 }
const reporter = {
  onTestCaseResult(test) {
    const { state } = test.result()
    if (state === 'passed') seen.ran++
    if (state === 'failed') seen.failed ??= test.fullName
  },
  onTestModuleEnd(module) {
    const [error] = module.errors()
    if (error !== undefined) seen.broken ??= `${module.relativeModuleId}: ${error.message}`
  },
}
const vitest = await createVitest(
  'test',
  {
    root: ROOT,
    config: false,
    watch: false,
    pool: 'threads',
    // What is kept on disk goes by the file, which nobody changes: it would keep what a mutation made of it.
    fsModuleCache: false,
    maxWorkers: 2,
    bail: 1,
    // Red on a machine that has other things to do, whatever is taken away.
    testNamePattern: /^(?!.*takes no long)/,
    testTimeout: TEST_TIMEOUT,
    hookTimeout: TEST_TIMEOUT,
    setupFiles: ['apply.ts', '../properties/seeds.ts'].map((file) =>
      join(ROOT, 'test', 'mutations', file),
    ),
    // Loaded by Node as they are: a run takes a third of the time that Vite needs.
    server: { deps: { external: [/\/packages\/trefoil\/src\/(?!.*\.test\.ts$)/] } },
    env: { TREFOIL_FIXED_SEED: '-1350501221' },
    include: ['packages/**/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/test/**/*.test.ts'],
    reporters: [reporter],
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
  },
)
await vitest.standalone()
vitest.provide('root', `${ROOT}/`)

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
  const { failed, broken } = await run(row.tests, row)
  const isKilled = failed !== null
  if (!isKilled) survivors.push(row)
  // A file that cannot be loaded has noticed nothing: every mutation would do.
  const end = isKilled ? `killed by ${failed}` : `SURVIVED${broken === null ? '' : `: ${broken}`}`
  console.log(`${row.rule}\n    ${end}`)
}

/**
 * Files one after the other, as the row has them: most rules are held by the first.
 *
 * @returns the first test that is red, and the first file that could not be run
 */
async function run(tests, mutation = null) {
  vitest.provide('mutation', mutation)
  seen = { failed: null, broken: null, ran: 0 }
  for (const file of tests) {
    await vitest.runTestSpecifications(vitest.getModuleSpecifications(join(ROOT, file)), false)
    if (seen.failed !== null) break
  }
  return seen
}
