// `npm run check`: everything that looks at the code without running it.
import { build, install, run } from './workspace.mjs'

install()
// What is left of an older build has hidden errors that every new clone met.
build({ fromNothing: true })
run('biome', ['check', '--error-on-warnings', '.'])
run('node', ['scripts/check-doors.mjs'])
run('publint', ['packages/trefoil', '--strict'])
run('attw', ['--pack', 'packages/trefoil', '--profile', 'esm-only'])
run('knip', [])
console.log('check: all passed')
