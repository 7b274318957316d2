// `npm test`: from a bare clone to the last unit and integration test. Extra arguments go to vitest.
import process from 'node:process'
import { runTests } from './run-tests.mjs'
import { build, install } from './workspace.mjs'

install()
build()
runTests('tests', ['--project', 'units', '--project', 'tests', ...process.argv.slice(2)])
