import { headerOf } from './header-list.ts'

/**
 * Holds a stream to the `content-length` of its head, where there is one. The piece that completes
 * it is not to be sent before the source has said that it is through: only then is the call closed.
 * A client that has the last byte takes the answer for whole, and would never learn that nothing
 * was committed.
 */
export class AnnouncedLength {
  readonly #announced: number
  /** Bytes so far. */
  bytes = 0

  constructor(headers: readonly string[]) {
    this.#announced = Number(headerOf(headers, 'content-length') ?? Number.POSITIVE_INFINITY)
  }

  /**
   * @param size bytes of a piece that is not empty
   * @returns true for the piece that has to wait
   * @throws Error when it is too much: the next answer would seem to begin with it
   */
  isLast(size: number): boolean {
    this.bytes += size
    if (this.bytes > this.#announced) throw new Error('The stream is longer than announced')
    return this.bytes === this.#announced
  }

  /** @throws Error when there should have been more */
  end(): void {
    if (this.#announced !== Number.POSITIVE_INFINITY && this.bytes < this.#announced) {
      throw new Error('The stream is shorter than announced')
    }
  }
}
