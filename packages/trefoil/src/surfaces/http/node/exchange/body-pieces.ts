import type { IncomingMessage } from 'node:http'
import { refuse } from '../../../../contract/problems/problem.ts'
import { lostBody } from './lost-body.ts'

/**
 * The body of a request piece by piece. Nothing is read from the connection while a piece is being
 * worked on, beyond what the stream holds already, so a caller cannot send faster than we take.
 * (The stream's own iterator destroys the connection when it is left early; the answer would be
 * lost with it.)
 *
 * @param limit bytes
 * @param isWhole asked when its connection has closed and nothing is left of it: whether so many
 * bytes are all there was
 */
export async function* pieces(
  request: IncomingMessage,
  limit: number,
  isWhole: (size: number) => boolean,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0
  const gate = new Gate(request)
  try {
    for (;;) {
      const piece: Buffer | null = request.read()
      if (piece !== null) {
        size += piece.byteLength
        if (size > limit) throw refuse('payload_too_large')
        yield piece
      } else if (request.readableEnded) return
      else if (gate.gone || request.destroyed) {
        if (isWhole(size)) return
        throw lostBody(request)
      } else await gate.opened()
    }
  } finally {
    gate.remove()
    // What still comes is thrown away while the answer goes out.
    request.resume()
  }
}

/** Opens whenever there may be something new to know about a request. */
class Gate {
  gone = false
  readonly #request: IncomingMessage
  #open: (() => void) | null = null

  constructor(request: IncomingMessage) {
    this.#request = request
    request.on('readable', this.#wake)
    request.on('end', this.#wake)
    request.on('close', this.#leave)
    request.on('error', this.#leave)
  }

  opened(): Promise<void> {
    return new Promise((resolve) => {
      this.#open = resolve
    })
  }

  remove(): void {
    this.#request.off('readable', this.#wake)
    this.#request.off('end', this.#wake)
    this.#request.off('close', this.#leave)
    this.#request.off('error', this.#leave)
  }

  readonly #wake = (): void => {
    const open = this.#open
    this.#open = null
    open?.()
  }

  readonly #leave = (): void => {
    this.gone = true
    this.#wake()
  }
}
