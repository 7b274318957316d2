import { createHash } from 'node:crypto'

/** `TFBF`, a version, the number of hashes, two bytes of nothing, the number of bits. */
const HEAD = 12
const MAGIC = 0x54464246
const VERSION = 1

/** A set of texts in little room that never forgets one of them, and seldom says yes to another. */
export class BloomFilter {
  readonly #bits: Uint8Array
  readonly #size: number
  readonly #hashes: number

  private constructor(bits: Uint8Array, size: number, hashes: number) {
    this.#bits = bits
    this.#size = size
    this.#hashes = hashes
  }

  /**
   * @param capacity texts that it will hold
   * @param falsePositives share of other texts that it says yes to, when it holds so many
   */
  static sized(capacity: number, falsePositives: number): BloomFilter {
    const size = Math.ceil((-capacity * Math.log(falsePositives)) / Math.LN2 ** 2)
    const hashes = Math.max(1, Math.round((size / capacity) * Math.LN2))
    return new BloomFilter(new Uint8Array(Math.ceil(size / 8)), size, hashes)
  }

  /** @throws Error for what is no such file */
  static from(file: Uint8Array): BloomFilter {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
    const isOne = file.length >= HEAD && view.getUint32(0) === MAGIC && view.getUint8(4) === VERSION
    const size = isOne ? view.getUint32(8) : 0
    if (size === 0 || file.length !== HEAD + Math.ceil(size / 8)) {
      throw new Error('The file is no Bloom filter, or is cut off')
    }
    return new BloomFilter(file.subarray(HEAD), size, view.getUint8(5))
  }

  toFile(): Uint8Array {
    const file = new Uint8Array(HEAD + this.#bits.length)
    const view = new DataView(file.buffer)
    view.setUint32(0, MAGIC)
    view.setUint8(4, VERSION)
    view.setUint8(5, this.#hashes)
    view.setUint32(8, this.#size)
    file.set(this.#bits, HEAD)
    return file
  }

  add(text: string): void {
    for (const bit of this.#placesOf(text)) {
      this.#bits[bit >>> 3] = (this.#bits[bit >>> 3] ?? 0) | (1 << (bit & 7))
    }
  }

  has(text: string): boolean {
    for (const bit of this.#placesOf(text)) {
      if (((this.#bits[bit >>> 3] ?? 0) & (1 << (bit & 7))) === 0) return false
    }
    return true
  }

  /** Two hashes make all the others (Kirsch and Mitzenmacher, 2006). */
  *#placesOf(text: string): Generator<number> {
    const digest = createHash('sha256').update(text, 'utf8').digest()
    const first = digest.readUIntBE(0, 6)
    const second = digest.readUInt32BE(6) | 1
    for (let hash = 0; hash < this.#hashes; hash++)
      yield (first + hash * (second >>> 0)) % this.#size
  }
}
