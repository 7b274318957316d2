import { startTimer } from '../../base/start-timer.ts'
import type { StdioChannel, StdioLines } from '../../contract/protocol/stdio-channel.ts'
import { LineReader } from '../../surfaces/mcp/stdio/line-reader.ts'
import type { Context } from '../context.ts'
import { LineWriter } from './line-writer.ts'
import { RunningLines } from './running-lines.ts'

/** Milliseconds that calls have to end, and their answers to be read, once nobody sends any more; then they are called off. */
const DRAIN_MS = 10_000
/** Milliseconds that they have once the program is asked to stop: who asks kills it if it takes long. */
const LAST_MS = 1_000
/** Milliseconds that they have from then on; then they are left. */
const CALLED_OFF_MS = 5_000
/** Lines that run: from here on each that follows waits a moment for one of them, for most calls are short. */
const MANY = 64
/** Milliseconds. A call that is called off behind many others is so after that many moments. */
const MOMENT_MS = 20
/**
 * Lines that run when nothing more is read. Of calls there are {@link MANY}; all else is a notification, or is refused, and
 * ends as soon as it is known whom it is from.
 */
const MOST = 128

/** Serves a connection on standard input and output, until the other side or whoever started us ends it. */
export async function serveLines(
  context: Context,
  headers: readonly string[],
  connect: (channel: StdioChannel) => StdioLines,
): Promise<void> {
  const { time, io } = context
  // What has to be done in some time is the start, and each call by the time limits of the app; a connection lasts.
  time.limit(undefined)
  const over = new AbortController()
  const leaving = new AbortController()
  let stopTimer: (() => void) | undefined
  const forget = time.onEnd(() => {
    leaving.abort()
    stopTimer = startTimer(LAST_MS, () => over.abort())
  })
  const writer = new LineWriter(io.stdout, () => over.abort())
  const lines = connect({
    headers,
    signal: over.signal,
    send: writer.send,
    get isBehind() {
      return writer.isBehind
    },
  })
  const running = new RunningLines()
  try {
    await read(context, lines, writer, running, AbortSignal.any([leaving.signal, over.signal]))
    // Who has closed the connection may still read what it asked for.
    await within(
      running.none().then(() => writer.flushed()),
      DRAIN_MS,
      over.signal,
    )
  } finally {
    forget()
    stopTimer?.()
    over.abort()
    writer.close()
    // A handler may not look at its signal: it is left, as one that a server stops is.
    await within(running.none(), CALLED_OFF_MS, null)
  }
  if (time.ended !== null) throw time.ended
}

async function read(
  { io }: Context,
  lines: StdioLines,
  writer: LineWriter,
  running: RunningLines,
  signal: AbortSignal,
): Promise<void> {
  const reader = new LineReader(lines.maxLine)
  const over = new Ending(signal)
  const take = async (some: Iterable<Uint8Array | 'too_long'>) => {
    for (const line of some) {
      if (signal.aborted) return
      running.add(line === 'too_long' ? lines.tooLong() : lines.receive(line))
      if (running.size >= MANY) await over.or(running.one(MOMENT_MS))
      while (running.size >= MOST && !signal.aborted) await over.or(running.one(null))
      // Whoever does not read what it is told is told no more.
      if (writer.isBehind) await over.or(writer.room())
    }
  }
  const chunks = io.stdin[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  while (!signal.aborted) {
    const next = await over.or(chunks.next())
    if (next === null || next.done === true) break
    const { value } = next
    await take(reader.push(typeof value === 'string' ? encoder.encode(value) : value))
  }
  await take(reader.end())
}

/** Waits for one thing at a time, unless the connection is over: a race with a promise that lives as long keeps all it was run with. */
class Ending {
  readonly #signal: AbortSignal
  #stop: (() => void) | null = null

  constructor(signal: AbortSignal) {
    this.#signal = signal
    signal.addEventListener('abort', () => this.#stop?.(), { once: true })
  }

  /** @returns what it comes to; `null` where the connection was over before */
  or<Value>(work: Promise<Value>): Promise<Value | null> {
    if (this.#signal.aborted) return Promise.resolve(null)
    return new Promise((resolve, reject) => {
      this.#stop = () => resolve(null)
      work.then(resolve, reject)
    })
  }
}

/** @param over `null` where nothing else ends it */
async function within(work: Promise<unknown>, ms: number, over: AbortSignal | null): Promise<void> {
  if (over?.aborted === true) return
  const late = Promise.withResolvers<void>()
  const stopTimer = startTimer(ms, late.resolve)
  const end = () => late.resolve()
  over?.addEventListener('abort', end, { once: true })
  await Promise.race([work, late.promise])
  over?.removeEventListener('abort', end)
  stopTimer()
}
