// node test/types/run.mjs [5.9 | 6.0 | 7.0 …]: compiles the type tests against the built package,
// once a TypeScript version and once more as a project without exactOptionalPropertyTypes.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const ROOT = new URL('../../', import.meta.url)
const COMPILERS = {
  5.9: 'node_modules/typescript-5.9/lib/tsc.js',
  '6.0': 'node_modules/typescript-6.0/lib/tsc.js',
  '7.0': 'node_modules/typescript/bin/tsc',
}
const PROJECTS = {
  exact: [],
  // Without the flag an optional member and one that may be undefined are easily confused.
  strict: ['--exactOptionalPropertyTypes', 'false'],
}

/** @param {string} path from the repository root */
function at(path) {
  return fileURLToPath(new URL(path, ROOT))
}

/** @param {string} version @param {string} project @returns {boolean} */
function compile(version, project) {
  const started = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [at(COMPILERS[version]), '-p', at('test/types'), '--pretty', 'false', ...PROJECTS[project]],
    { encoding: 'utf8' },
  )
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  const ok = status === 0
  const errors = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('error '))
  const result = ok ? 'ok' : `FAILED, ${errors.length} errors`
  process.stdout.write(`TypeScript ${version} ${project}: ${result} (${seconds} s)\n`)
  if (!ok) process.stdout.write(`${stdout}${stderr}`)
  return ok
}

/** @param {readonly string[]} versions @returns {number} exit code */
function run(versions) {
  const unknown = versions.find((version) => !Object.hasOwn(COMPILERS, version))
  if (unknown !== undefined) {
    process.stderr.write(`Unknown version ${unknown}: ${Object.keys(COMPILERS).join(', ')}\n`)
    return 2
  }
  if (!existsSync(at('packages/trefoil/dist/index.d.ts'))) {
    process.stderr.write('packages/trefoil/dist is missing: run `npm run build` first\n')
    return 2
  }
  let failed = false
  for (const version of versions) {
    for (const project of Object.keys(PROJECTS)) failed = !compile(version, project) || failed
  }
  return failed ? 1 : 0
}

const asked = process.argv.slice(2)
process.exitCode = run(asked.length === 0 ? Object.keys(COMPILERS) : asked)
