import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

import { note } from './log.mjs'
import { median, round } from './stats.mjs'
import { appSource, callsSource } from './types-app.mjs'

const RESULTS = fileURLToPath(new URL('../results/types/', import.meta.url))
const PACKAGE = fileURLToPath(new URL('../../packages/trefoil/', import.meta.url))
const TSC = fileURLToPath(new URL('../../node_modules/.bin/tsc', import.meta.url))
const ROUTES = 200
const BARS = { instantiations: 350, call: 300, seconds: 1 }
/** Routes of every fifth kind have no name to be called by. */
const CALLS = (ROUTES / 5) * 4
const TIMED_RUNS = 3

const TSCONFIG = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2023', 'esnext.disposable', 'dom', 'dom.iterable'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    types: [],
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    erasableSyntaxOnly: true,
    skipLibCheck: true,
    noEmit: true,
  },
  include: ['*.ts'],
}

/** @returns {number} exit code: 0 when both bars are kept */
export function benchTypes() {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, package: { type: 'string' } },
  })
  const dist = join(resolve(values.package ?? PACKAGE), 'dist')
  if (!existsSync(join(dist, 'index.d.ts'))) {
    note(
      `bench: ${join(relative(process.cwd(), dist), 'index.d.ts')} is missing: run \`npm run build\` first`,
    )
    return 1
  }
  const many = check(ROUTES, dist, null)
  const none = check(0, dist, null)
  const made = check(ROUTES, dist, 0)
  const called = check(ROUTES, dist, ROUTES)
  if (many === null || none === null || made === null || called === null) return 1
  const perRoute = (many.instantiations - none.instantiations) / ROUTES
  const perCall = (called.instantiations - made.instantiations) / CALLS
  const perHandle = (made.instantiations - many.instantiations) / ROUTES
  const ok = perRoute <= BARS.instantiations && perCall <= BARS.call && many.seconds <= BARS.seconds
  const result = {
    bench: 'types',
    routes: ROUTES,
    instantiations_per_route: round(perRoute, 1),
    instantiations_per_call: round(perCall, 1),
    instantiations_per_handle_of_a_client: round(perHandle, 1),
    instantiations: many.instantiations,
    instantiations_without_routes: none.instantiations,
    seconds: round(many.seconds, 2),
    seconds_without_routes: round(none.seconds, 2),
    ok,
  }
  if (values.json === true) process.stdout.write(`${JSON.stringify(result)}\n`)
  else {
    process.stdout.write(
      `${ROUTES} routes: ${result.instantiations_per_route} instantiations a route ` +
        `(at most ${BARS.instantiations}), ${result.instantiations_per_call} a typed call ` +
        `(at most ${BARS.call}), ${round(perHandle, 1)} a handle of a client, ${result.seconds} s (at most ${BARS.seconds} s); ` +
        `without routes ${result.seconds_without_routes} s: ${ok ? 'ok' : 'OVER THE BAR'}\n`,
    )
  }
  return ok ? 0 : 1
}

/**
 * @param {number} routes
 * @param {string} dist
 * @param {number | null} calls how many of them a client calls; `null` for no client
 * @returns {{ instantiations: number, seconds: number } | null}
 */
function check(routes, dist, calls) {
  const folder = join(RESULTS, calls === null ? `${routes}` : `${routes}-${calls}-called`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const path = relative(folder, dist).split(sep).join('/')
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n')
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG, null, 2))
  writeFileSync(join(folder, 'app.ts'), appSource(routes, path))
  if (calls !== null) writeFileSync(join(folder, 'calls.ts'), callsSource(calls, path))
  // Several checkers repeat some of each other's work, so only one gives a count that stays.
  const counted = tsc(folder, ['--checkers', '1'])
  if (counted === null) return null
  const seconds = []
  for (let run = 0; run < TIMED_RUNS; run++) seconds.push(tsc(folder, [])?.seconds ?? Number.NaN)
  return { instantiations: counted.instantiations, seconds: median(seconds) }
}

/** @param {string} folder @param {readonly string[]} options */
function tsc(folder, options) {
  const started = performance.now()
  const { stdout, status } = spawnSync(TSC, ['-p', folder, '--extendedDiagnostics', ...options], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  const seconds = (performance.now() - started) / 1000
  const count = /^Instantiations:\s+([\d,]+)/m.exec(stdout)?.[1]
  if (status === 0 && count !== undefined) {
    return { instantiations: Number(count.replaceAll(',', '')), seconds }
  }
  const errors = stdout.split('\n').filter((line) => line.includes('error TS'))
  note(
    `bench: the generated app does not compile (${errors.length} errors):\n${errors.slice(0, 10).join('\n')}`,
  )
  return null
}
