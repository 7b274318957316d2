// `npm run conformance [-- --output DIR]`: the conformance suite of MCP, run against test/conformance/fixture.ts.
// A tick of the suite is not enough: it prints one where a check was skipped or only warned about. Here every check
// of a scenario has to succeed, but for those that test/conformance/left.json names with a reason; a scenario that is
// named there and succeeds fails the run as well, so that the list stays true.
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import process from 'node:process'
import { build, install, projectEnv, ROOT } from './workspace.mjs'

const REVISIONS = ['2026-07-28', '2025-11-25']
const at = process.argv.indexOf('--output')
const given = at < 0 ? null : process.argv[at + 1]
if (at >= 0 && given === undefined) {
  console.error('--output needs a directory')
  process.exit(2)
}

install()
build()
const out = given === null ? mkdtempSync(join(tmpdir(), 'trefoil-conformance-')) : resolve(given)
const left = JSON.parse(readFileSync(join(ROOT, 'test', 'conformance', 'left.json'), 'utf8'))
const server = spawn('node', ['test/conformance/fixture.ts'], {
  cwd: ROOT,
  env: { ...projectEnv(), NODE_ENV: 'development', PORT: '0' },
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
})
let failed = 0
let passed = 0
try {
  const [url] = await Promise.race([
    once(server, 'message'),
    once(server, 'exit').then(([code]) => {
      throw new Error(`The fixture ended with ${code} before it listened`)
    }),
  ])
  // By its name: the suite sends pages of other hosts, and the name is what they are told apart by.
  const endpoint = `${url.replace('127.0.0.1', 'localhost')}/mcp`
  for (const revision of REVISIONS) judge(revision, runSuite(revision, endpoint))
} finally {
  server.kill()
  if (given === null) rmSync(out, { recursive: true, force: true })
}
console.log(`conformance: ${passed} scenarios as expected, ${failed} not`)
process.exitCode = failed === 0 ? 0 : 1

/** @returns statuses of the checks by scenario */
function runSuite(revision, url) {
  const directory = join(out, revision)
  rmSync(directory, { recursive: true, force: true })
  const args = ['server', '--url', url, '--requirements', revision, '-o', directory]
  const { error } = spawnSync('conformance', args, {
    cwd: ROOT,
    env: projectEnv(),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (error) throw error
  const found = new Map()
  for (const name of readdirSync(directory)) {
    const scenario = /^server-(.+?)-\d{4}-\d\d-\d\dT/.exec(name)?.[1]
    if (scenario === undefined) continue
    found.set(scenario, JSON.parse(readFileSync(join(directory, name, 'checks.json'), 'utf8')))
  }
  if (found.size === 0) throw new Error(`The suite ran no scenario of ${revision}`)
  return found
}

function judge(revision, scenarios) {
  const expected = left[revision]
  for (const [scenario, checks] of scenarios) {
    const bad = checks.filter(({ status }) => status !== 'SUCCESS' && status !== 'INFO')
    // A scenario without a check says nothing.
    const isGood = bad.length === 0 && checks.length > 0
    const reason = expected[scenario]
    if (isGood === (reason === undefined)) {
      passed++
      continue
    }
    failed++
    if (isGood) console.log(`${revision} ${scenario}: succeeds; take it out of left.json`)
    else if (checks.length === 0) console.log(`${revision} ${scenario}: no check was made`)
    for (const { id, status, errorMessage = '' } of bad) {
      console.log(`${revision} ${scenario}: ${status} ${id} ${errorMessage}`)
    }
  }
  for (const scenario of Object.keys(expected)) {
    if (scenarios.has(scenario)) continue
    failed++
    console.log(`${revision} ${scenario}: left.json names it, and the suite has no such scenario`)
  }
}
