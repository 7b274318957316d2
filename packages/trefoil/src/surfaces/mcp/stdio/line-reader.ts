/** A line without its end, or that it was longer than allowed. */
export type Line = Uint8Array | 'too_long'

const LINE_FEED = 0x0a
const CARRIAGE_RETURN = 0x0d
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const
const FIRST_SIZE = 4096

/**
 * Cuts what comes in pieces into lines. It looks at bytes, so a character that two pieces share is whole again
 * before anybody decodes it: a line feed is never part of another character in UTF-8.
 *
 * Empty lines are left out, a carriage return before the end is too, and so is a byte order mark before everything.
 */
export class LineReader {
  readonly #most: number
  /**
   * One buffer that grows, not a list of pieces: who sends single bytes would have us keep an object for each,
   * a hundred times what the line is allowed.
   */
  #kept = new Uint8Array(0)
  #length = 0
  /** True for the rest of a line that was too long: nothing of it is kept. */
  #skips = false
  #isFirst = true

  /** @param most bytes of a line, without its line feed */
  constructor(most: number) {
    this.#most = most
  }

  /**
   * The lines that a piece completes, and at once one that is too long: it may never end. Their bytes are their own.
   *
   * It reads on as it is asked for the next one, so that who is busy with a line need not take all that a piece holds: of
   * the shortest there are ten thousand in one. All are to be asked for before the next piece is.
   */
  *push(chunk: Uint8Array): Generator<Line, void, undefined> {
    let from = 0
    while (from < chunk.length) {
      const found = chunk.indexOf(LINE_FEED, from)
      const until = found < 0 ? chunk.length : found
      if (!this.#keep(chunk.subarray(from, until))) yield 'too_long'
      if (found >= 0) yield* this.end()
      from = until + 1
    }
  }

  /** The line is over; called from outside when the input is, whose last line may have no line feed. */
  *end(): Generator<Line, void, undefined> {
    const line = this.#skips ? null : this.#take()
    this.#kept = new Uint8Array(0)
    this.#length = 0
    this.#skips = false
    this.#isFirst = false
    if (line !== null && line.length > 0) yield line
  }

  /** @returns false for what makes the line too long, and never again until that is over */
  #keep(piece: Uint8Array): boolean {
    if (this.#skips) return true
    const length = this.#length + piece.length
    if (length > this.#most) {
      this.#skips = true
      this.#kept = new Uint8Array(0)
      this.#length = 0
      return false
    }
    if (length > this.#kept.length) {
      const size = Math.min(this.#most, Math.max(length, this.#kept.length * 2, FIRST_SIZE))
      const grown = new Uint8Array(size)
      grown.set(this.#kept.subarray(0, this.#length))
      this.#kept = grown
    }
    this.#kept.set(piece, this.#length)
    this.#length = length
    return true
  }

  #take(): Uint8Array {
    const bytes = this.#kept
    const isMarked = this.#isFirst && BYTE_ORDER_MARK.every((byte, at) => bytes[at] === byte)
    const from = isMarked && this.#length >= BYTE_ORDER_MARK.length ? BYTE_ORDER_MARK.length : 0
    const hasReturn = this.#length > from && bytes[this.#length - 1] === CARRIAGE_RETURN
    return bytes.subarray(from, hasReturn ? this.#length - 1 : this.#length)
  }
}
