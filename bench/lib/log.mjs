/** Everything but results goes to stderr, so that stdout can be read by a program. @param {string} line */
export function note(line) {
  process.stderr.write(`${line}\n`)
}

/** A run that cannot give honest numbers ends with one line and exit code 1. */
export class BenchFailure extends Error {}
