// The last lines of `.ci/run`: what failed, and what all runs of tests came to.
import { countOf, failuresOf, ran, summary } from './run-tests.mjs'

const always = ['tests', 'tests-attacks', 'tests-databases', 'tests-quirks-off']
const perhaps = ran(['tests-databases-debian'])
const runs = [...always, ...perhaps]
for (const run of runs) {
  for (const failure of failuresOf(run)) console.log(`FAILED (${run}) ${failure}`)
}
console.log(summary(runs.map(countOf)))
