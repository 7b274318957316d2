// `npm run test:databases`: `test/databases` on a PostgreSQL that the tests start, and once more on that of
// Debian where it is installed, which is older. `TREFOIL_TEST_POSTGRES` takes another server.
import { existsSync } from 'node:fs'
import process from 'node:process'
import { forget, runOnce } from './run-tests.mjs'
import { build, install } from './workspace.mjs'

const DEBIAN = '/usr/lib/postgresql/15/bin'
const args = ['--project', 'databases', ...process.argv.slice(2)]

install()
build()
let status = runOnce('tests-databases', args)
forget('tests-databases-debian')
const { TREFOIL_TEST_POSTGRES: server, TREFOIL_TEST_POSTGRES_BIN: bin } = process.env
if (!server && !bin && existsSync(DEBIAN)) {
  console.log(`Once more with ${DEBIAN}`)
  const other = runOnce('tests-databases-debian', args, { TREFOIL_TEST_POSTGRES_BIN: DEBIAN })
  status ||= other
}
process.exit(status)
