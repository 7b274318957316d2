// The last line of `.ci/run`: what all runs of tests came to.
import { countOf, summary } from './run-tests.mjs'

console.log(summary(['tests', 'tests-attacks', 'tests-quirks-off'].map(countOf)))
