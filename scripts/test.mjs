// `npm test`: from a bare clone to the last test. Extra arguments go to vitest.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { build, install, projectEnv, ROOT } from './workspace.mjs'

install()
build()
const report = join(ROOT, 'node_modules', '.cache', 'trefoil', 'tests.json')
mkdirSync(join(report, '..'), { recursive: true })
rmSync(report, { force: true })
const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const { status } = spawnSync('vitest', [...args, ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
  env: projectEnv(),
  shell: process.platform === 'win32',
})
const { numPassedTests: passed, numFailedTests: failed } = JSON.parse(readFileSync(report, 'utf8'))
console.log(`${passed} passed, ${failed} failed`)
process.exit(status ?? 1)
