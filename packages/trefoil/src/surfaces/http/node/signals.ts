import process from 'node:process'

/**
 * Milliseconds within which the same signal once more is no second one. At Ctrl-C the terminal sends SIGINT to
 * everybody, and what the program was started with (`npm start`, `npm run`, a script) passes on its own: taken
 * for a second wish, it would end the program in the middle of draining.
 */
export const SIGNAL_ECHO = 500

/** How the servers of this process that listen to signals are closed. */
const servers = new Set<() => Promise<void>>()

/**
 * Closes on SIGTERM and SIGINT, then ends the process: with 1, and what went wrong, where closing
 * failed. A second signal ends it at once, but for the echo of the first. Several servers of a process are closed together, so that
 * none is cut off by the end of another.
 *
 * @returns undoes it
 */
export function closeOnSignals(close: () => Promise<void>): () => void {
  if (servers.size === 0) {
    process.on('SIGTERM', closeAll)
    process.on('SIGINT', closeAll)
  }
  servers.add(close)
  return () => {
    servers.delete(close)
    if (servers.size === 0 && first === null) forgetSignals()
  }
}

/** What has asked the process to end; `null` for nothing yet. */
let first: NodeJS.Signals | null = null

function forgetSignals(): void {
  process.off('SIGTERM', closeAll)
  process.off('SIGINT', closeAll)
}

async function closeAll(signal: NodeJS.Signals): Promise<void> {
  if (first !== null) {
    if (signal === first) return
    forgetSignals()
    process.kill(process.pid, signal)
    return
  }
  first = signal
  // From then on the system's own way of ending a process holds.
  setTimeout(forgetSignals, SIGNAL_ECHO).unref()
  const results = await Promise.allSettled([...servers].map((close) => close()))
  let exit = 0
  for (const result of results) {
    if (result.status === 'fulfilled') continue
    console.error(result.reason)
    exit = 1
  }
  process.exit(exit)
}
