// The last line of `.ci/run`: what all runs of tests came to.
import { countOf, ran, summary } from './run-tests.mjs'

const always = ['tests', 'tests-attacks', 'tests-databases', 'tests-quirks-off']
const perhaps = ran(['tests-databases-debian'])
console.log(summary([...always, ...perhaps].map(countOf)))
