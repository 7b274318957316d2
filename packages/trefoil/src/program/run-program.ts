import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { main } from './main.ts'
import { nodeIo } from './terminal/node-io.ts'
import { exitCodeOfSignal, STOP_SIGNALS } from './terminal/stop-signals.ts'

// Asked here, because this file is as deep in `dist`, where all of the program is joined into it.
const ENTRY = fileURLToPath(new URL('../../bin/trefoil.js', import.meta.url))

/** The longest a timer can wait. */
const FOREVER = 2 ** 31 - 1

/** Milliseconds for a reader to take the rest, once the process was asked to end. */
const FLUSH_MS = 2000

/**
 * The program as a process: runs a command, writes all it has to say, and ends. It does not wait for
 * the event loop to run dry: an app may keep intervals, pools and servers that nobody closes, and a
 * `call` in a script, or a server asked to stop, would stay for ever (FND-22).
 */
export async function runProgram(argv: readonly string[]): Promise<never> {
  // The other way round as well: where an app waits for something without keeping the process alive,
  // Node would end it in the middle of the command, with exit code 0 and without a word.
  setInterval(() => undefined, FOREVER)
  let isAsked = false
  for (const signal of STOP_SIGNALS) {
    process.once(signal, () => {
      isAsked = true
    })
  }
  // Taken now: `divertOutput` replaces the method on the stream itself.
  const flushes = [process.stdout, process.stderr].map(flushOf)
  const io = nodeIo(ENTRY, () => {
    isAsked = true
  })
  const code = await main(argv, io)
  for (const signal of STOP_SIGNALS)
    process.on(signal, () => process.exit(exitCodeOfSignal(signal)))
  if (isAsked) setTimeout(() => process.exit(code), FLUSH_MS)
  // A pipe may be slower than we are, and what waits in memory would be lost.
  await Promise.all(flushes.map((flush) => flush()))
  process.exit(code)
}

/** What resolves when all that was written before has left, or its reader has. */
function flushOf(stream: NodeJS.WriteStream): () => Promise<void> {
  const write: (text: string, done: () => void) => void = stream.write.bind(stream)
  return () =>
    new Promise((resolve) => {
      if (stream.writable) write('', resolve)
      else resolve()
    })
}
