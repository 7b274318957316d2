import type { Command } from 'commander'
import { internalsOf } from '../../contract/call/app-internals.ts'
import type { StdioLines } from '../../contract/protocol/stdio-channel.ts'
import { LineReader } from '../../surfaces/mcp/stdio/line-reader.ts'
import type { Context } from '../context.ts'
import { localCredentials } from '../remotes/credentials.ts'
import { loadLocalApp, type TargetFlags, withLoaded } from '../remotes/with-target.ts'
import { flagsOf } from '../terminal/flags.ts'
import { type Screen, screen } from '../terminal/print.ts'

/** Milliseconds that calls have to end once nobody sends any more; then they are called off. */
const DRAIN_MS = 10_000
/** Milliseconds that they have from then on; then they are left. */
const CALLED_OFF_MS = 5_000
/** Characters that wait to be written; while there are more nothing is read. */
const MOST_WAITING_CHARS = 8_000_000
/** Messages that wait to be written; while there are more nothing is read. */
const MOST_WAITING = 64

/** `mcp`: MCP on standard input and output, for programs that start their servers themselves. */
export function addMcpCommand(program: Command, context: Context): void {
  program
    .command('mcp')
    .argument('[target]', 'module#export of the app (default: --app, TREFOIL_APP, else looked for)')
    .description('speak MCP on standard input and output, as programs expect that start a server')
    .option('--no-lifespan', 'do not run start-up and shutdown hooks')
    .action(async (target: string | undefined, _flags: unknown, command: Command) => {
      const flags = flagsOf<TargetFlags>(command)
      context.finish(await speak(context, target === undefined ? flags : { ...flags, app: target }))
    })
}

async function speak(context: Context, flags: TargetFlags): Promise<Screen> {
  const { io } = context
  const headers = localCredentials(flags, io.env)
  const loaded = await loadLocalApp(context, flags)
  await withLoaded(context, flags, loaded, () => serveLines(context, loaded.app, headers))
  return screen('')
}

async function serveLines(
  context: Context,
  app: Parameters<typeof internalsOf>[0],
  headers: readonly string[],
): Promise<void> {
  const { time } = context
  const over = new AbortController()
  const forget = time.onEnd(() => over.abort())
  const writer = new Writer(context, () => over.abort())
  const lines = internalsOf(app, 'trefoil').connect({
    headers,
    signal: over.signal,
    send: writer.send,
  })
  const running = new Set<Promise<void>>()
  try {
    await read(context, lines, writer, running, over.signal)
    // Who has closed the connection may still read what it asked for.
    await within(Promise.all(running), DRAIN_MS, over)
    await writer.flushed()
  } finally {
    over.abort()
    forget()
    // A handler may not look at its signal: it is left, as one that a server stops is.
    await within(Promise.all(running), CALLED_OFF_MS, new AbortController())
  }
  if (time.ended !== null) throw time.ended
}

async function read(
  { io }: Context,
  lines: StdioLines,
  writer: Writer,
  running: Set<Promise<void>>,
  signal: AbortSignal,
): Promise<void> {
  const reader = new LineReader(lines.maxLine)
  const take = (line: Uint8Array | 'too_long') => {
    if (line === 'too_long') return lines.tooLong()
    const work = lines.receive(line).finally(() => running.delete(work))
    running.add(work)
  }
  const chunks = io.stdin[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  const over = new Ending(signal)
  while (!signal.aborted) {
    // Whoever does not read what it is told is told no more.
    await over.or(writer.room())
    const next = await over.or(chunks.next())
    if (next === null || next.done === true) break
    const { value } = next
    reader.push(typeof value === 'string' ? encoder.encode(value) : value, take)
  }
  if (!signal.aborted) reader.end(take)
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

async function within(work: Promise<unknown>, ms: number, over: AbortController): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
    over.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await Promise.race([work, late])
  clearTimeout(timer)
}

/** Writes messages one after the other, as fast as they are read. */
class Writer {
  readonly #context: Context
  readonly #closed: () => void
  readonly #waiting: string[] = []
  #isWriting: Promise<void> | null = null
  #isClosed = false
  #chars = 0
  #hasRoom: (() => void)[] = []

  constructor(context: Context, closed: () => void) {
    this.#context = context
    this.#closed = closed
  }

  readonly send = (message: string): void => {
    if (this.#isClosed) return
    this.#waiting.push(message)
    this.#chars += message.length
    this.#isWriting ??= this.#write().finally(() => {
      this.#isWriting = null
    })
  }

  /** Settles when less waits to be written than there may. */
  async room(): Promise<void> {
    while (
      !this.#isClosed &&
      (this.#waiting.length > MOST_WAITING || this.#chars > MOST_WAITING_CHARS)
    ) {
      await new Promise<void>((resolve) => this.#hasRoom.push(resolve))
    }
  }

  /** Settles when all is written that was sent. */
  async flushed(): Promise<void> {
    while (this.#isWriting !== null) await this.#isWriting
  }

  async #write(): Promise<void> {
    const { stdout } = this.#context.io
    for (;;) {
      const message = this.#waiting.shift()
      if (message === undefined) return
      this.#chars -= message.length
      if ((await stdout.ready?.()) === false) {
        // Nobody reads any more: what runs is for nobody.
        this.#isClosed = true
        this.#waiting.length = 0
        this.#chars = 0
        this.#closed()
      } else stdout.write(`${message}\n`)
      for (const resolve of this.#hasRoom.splice(0)) resolve()
    }
  }
}
