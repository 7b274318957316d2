import type { Clock } from '../../base/clock.ts'
import type { Progress } from '../../contract/content/progress.ts'
import type { Output } from './io.ts'
import { visibleLine } from './print.ts'

/** Milliseconds between two drawings: a handler that reports each row would draw all day. */
const PAUSE_MS = 100
const CLEAR = '\r\u001b[K'

/** One line of a terminal that says how far a call is, and is taken away when it has ended. */
export class ProgressLine {
  readonly #output: Output
  readonly #clock: Clock
  #drawnAt: number | null = null

  constructor(output: Output, clock: Clock) {
    this.#output = output
    this.#clock = clock
  }

  readonly show = ({ done, total, message }: Progress): void => {
    const now = this.#clock.elapsed()
    if (this.#drawnAt !== null && now - this.#drawnAt < PAUSE_MS) return
    this.#drawnAt = now
    const amount = total === null ? `${done}` : `${done}/${total}`
    // A handler may pass on what others wrote: none of it moves the cursor.
    const line = message === null ? amount : `${amount} ${visibleLine(message)}`
    const room = this.#output.columns ?? LINE
    this.#output.write(`${CLEAR}${line.slice(0, Math.max(1, room - 1))}`)
  }

  end(): void {
    if (this.#drawnAt !== null) this.#output.write(CLEAR)
    this.#drawnAt = null
  }
}

const LINE = 80
