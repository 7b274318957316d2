/** Bytes that are taken from the machine at a time. */
const SLAB = 16_384

/** Above this many bytes the copying costs more than the memory. */
const SMALL = 4_096

/**
 * Where one stream keeps copies of its pieces. Memory of one's own for every small piece would cost
 * more than all the rest of sending it. Never shared with another stream: whoever is handed a piece
 * can see all of the memory behind it.
 */
export class PieceMemory {
  #slab: Uint8Array | null = null
  #used = 0

  copy(piece: Uint8Array): Uint8Array {
    const size = piece.byteLength
    if (size > SMALL) return new Uint8Array(piece)
    // Memory that somebody has transferred away has no length any more.
    if (this.#slab === null || this.#used + size > this.#slab.byteLength) {
      this.#slab = new Uint8Array(SLAB)
      this.#used = 0
    }
    const copy = this.#slab.subarray(this.#used, this.#used + size)
    copy.set(piece)
    this.#used += size
    return copy
  }
}
