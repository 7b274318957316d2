// `npm run test:quirks`: what goes over HTTP, tested again without the names of Node that no
// documentation promises, because a release of Node may take them away at any time.
import process from 'node:process'
import { runTests } from './run-tests.mjs'
import { build, install } from './workspace.mjs'

const OVER_HTTP = ['packages/trefoil/src/surfaces/http', 'test/http', 'test/attacks']

install()
build()
// What is drawn has been drawn with the fixed seed already.
const PROJECTS = ['units', 'tests', 'attacks'].flatMap((name) => ['--project', name])
const args = [...PROJECTS, ...OVER_HTTP, ...process.argv.slice(2)]
runTests('tests-quirks-off', args, {
  TREFOIL_NODE_QUIRKS: 'off',
})
