#!/usr/bin/env node
// Written for every Node that can read a module, so that an old one gets a sentence and not a
// syntax error.
var found = process.versions.node
var parts = found.split('.').map(Number)

if (parts[0] < 22 || (parts[0] === 22 && parts[1] < 18)) {
  console.error(
    'trefoil needs Node 22.18 or newer, but this is Node ' +
      found +
      ': install a newer one from https://nodejs.org (or `nvm install 24`) and run the command again.',
  )
  process.exitCode = 2
} else {
  import('../dist/program/run-program.js').then((program) =>
    program.runProgram(process.argv.slice(2)),
  )
}
