import { BenchFailure, note } from './log.mjs'

/** Runs a bench; a failure of it is one line on stderr. @param {() => Promise<void>} bench @returns {Promise<number>} the exit code */
export async function guarded(bench) {
  try {
    await bench()
    return 0
  } catch (error) {
    note(error instanceof BenchFailure ? `bench: ${error.message}` : String(error?.stack ?? error))
    return 1
  }
}
