// Loaded before every test file: the seed that all property tests of this run go by. Each is run
// twice (vitest.config.ts): with a seed that never changes, so that nothing that was found once is
// lost, and with a fresh one. fast-check prints the seed of a failure; TREFOIL_SEED repeats it.
import process from 'node:process'
import fc from 'fast-check'

const seed = Number(process.env['TREFOIL_SEED'] ?? process.env['TREFOIL_FIXED_SEED'])

if (Number.isInteger(seed)) fc.configureGlobal({ seed })
