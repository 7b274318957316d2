import type { Output } from '../terminal/io.ts'

/** Characters that wait to be written; while there are more nothing is read. */
const MOST_WAITING_CHARS = 8_000_000
/** Messages that wait to be written; while there are more nothing is read. */
const MOST_WAITING = 64

/** Writes messages one after the other, as fast as they are read at the other end. */
export class LineWriter {
  readonly #stdout: Output
  readonly #closed: () => void
  readonly #waiting: string[] = []
  #writing: Promise<void> | null = null
  #isClosed = false
  #chars = 0
  #hasRoom: (() => void)[] = []

  /** @param closed told once nobody reads any more: what runs is for nobody */
  constructor(stdout: Output, closed: () => void) {
    this.#stdout = stdout
    this.#closed = closed
    // Found out without anything more to say: a call may go on for hours before it has.
    stdout.onClosed?.(() => this.#end())
  }

  readonly send = (message: string): void => {
    if (this.#isClosed) return
    this.#waiting.push(message)
    this.#chars += message.length
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null
    })
  }

  /** True where the other side is slower than we are: what can be left out is not sent. */
  get isBehind(): boolean {
    return this.#waiting.length > MOST_WAITING || this.#chars > MOST_WAITING_CHARS
  }

  /** Settles when less waits to be written than there may. */
  async room(): Promise<void> {
    while (!this.#isClosed && this.isBehind) {
      await new Promise<void>((resolve) => this.#hasRoom.push(resolve))
    }
  }

  /** Settles when all is written that was sent. */
  async flushed(): Promise<void> {
    while (this.#writing !== null && !this.#isClosed) await this.#writing
  }

  /** Nothing more is sent. What nobody has read by now nobody will. */
  close(): void {
    if (this.#writing !== null) this.#stdout.giveUp?.()
    this.#end()
  }

  #end(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#waiting.length = 0
    this.#chars = 0
    this.#closed()
    for (const resolve of this.#hasRoom.splice(0)) resolve()
  }

  async #write(): Promise<void> {
    for (;;) {
      const message = this.#waiting.shift()
      if (message === undefined) return
      const isOpen = (await this.#stdout.ready?.()) !== false
      if (this.#isClosed) return
      if (!isOpen) return this.#end()
      this.#chars -= message.length
      this.#stdout.write(`${message}\n`)
      for (const resolve of this.#hasRoom.splice(0)) resolve()
    }
  }
}
