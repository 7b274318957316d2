// `npm run test:quirks`: what goes over HTTP, tested again without the names of Node that no
// documentation promises, because a release of Node may take them away at any time.
import { globSync } from 'node:fs'
import { basename } from 'node:path'
import process from 'node:process'
import { runTests } from './run-tests.mjs'
import { build, install, ROOT } from './workspace.mjs'

/** Attacks on what stands behind HTTP, or has none: most of their time goes into passwords, databases and processes. */
const BEHIND =
  /^(account|audit|checkpoint|database|jobs|login|mcp-(asking|lists|pages|search|stdio)|mfa|migrations|oauth-walk|passkey|passwordless|second-factor|smtp|timing-gate)/
const ATTACKS = globSync('test/attacks/*.test.ts', { cwd: ROOT }).filter(
  (path) => !BEHIND.test(basename(path)),
)
const OVER_HTTP = ['packages/trefoil/src/surfaces/http', 'test/http', ...ATTACKS]

install()
build()
// What is drawn has been drawn with the fixed seed already.
const PROJECTS = ['units', 'tests', 'attacks'].flatMap((name) => ['--project', name])
const args = [...PROJECTS, ...OVER_HTTP, ...process.argv.slice(2)]
runTests('tests-quirks-off', args, {
  TREFOIL_NODE_QUIRKS: 'off',
})
