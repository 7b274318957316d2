// Runs tests and says how many passed; the count is kept for `tally.mjs`.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import process from 'node:process'
import { projectEnv, ROOT } from './workspace.mjs'

const REPORTS = join(ROOT, 'node_modules', '.cache', 'trefoil')
// Each test file has a process of its own, and many start further ones: all of them would compile the same
// modules again, for a fifth of the time that the tests take.
const COMPILED = join(REPORTS, 'compiled')
const reportOf = (name) => join(REPORTS, `${name}.json`)

/** Runs vitest; this process ends with its exit code. */
export function runTests(name, args, env = {}) {
  process.exit(runOnce(name, args, env))
}

/** Runs vitest, and returns its exit code. */
export function runOnce(name, args, env = {}) {
  const report = reportOf(name)
  mkdirSync(REPORTS, { recursive: true })
  rmSync(report, { force: true })
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const { status } = spawnSync('vitest', ['run', ...reporters, ...args], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { NODE_COMPILE_CACHE: COMPILED, ...projectEnv(), ...env },
    shell: process.platform === 'win32',
  })
  console.log(summary([countOf(name)]))
  return status ?? 1
}

/** Names that have left a count, of those that may have run. */
export function ran(names) {
  return names.filter((name) => existsSync(reportOf(name)))
}

/** Forgets the count of a run that is not made this time. */
export function forget(name) {
  rmSync(reportOf(name), { force: true })
}

/** @throws when a run has left no count, because it has not come so far */
export function countOf(name) {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(reportOf(name), 'utf8'))
  return { passed: numPassedTests, failed: numFailedTests }
}

/** A line for each test that failed, and for each file that could not be run; of an output cut short the end is kept. */
export function failuresOf(name) {
  const { testResults } = JSON.parse(readFileSync(reportOf(name), 'utf8'))
  return testResults.flatMap(({ name: path, message, assertionResults }) => {
    const file = relative(ROOT, path)
    const tests = assertionResults.filter(({ status }) => status === 'failed')
    if (tests.length === 0) return message ? [`${file}: ${firstLines(message)}`] : []
    return tests.map((test) => `${file} > ${test.fullName}: ${firstLines(test.failureMessages[0])}`)
  })
}

function firstLines(text = '') {
  return text.split('\n').slice(0, 6).join(' | ').slice(0, 600)
}

export function summary(counts) {
  const sum = (kind) => counts.reduce((total, count) => total + count[kind], 0)
  return `${sum('passed')} passed, ${sum('failed')} failed`
}
