// The last line of `.ci/run`: what both runs of tests came to.
import { countOf, summary } from './run-tests.mjs'

console.log(summary(['tests', 'tests-quirks-off'].map(countOf)))
