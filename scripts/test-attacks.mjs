// `npm run test:attacks`: attacks and browsers, which take their time, and every test that draws its
// values again with a seed that never changes, so that nothing that was found once is lost.
import process from 'node:process'
import { runTests } from './run-tests.mjs'
import { build, install } from './workspace.mjs'

install()
build()
runTests('tests-attacks', [
  '--project',
  'attacks',
  '--project',
  'fixed seed',
  ...process.argv.slice(2),
])
