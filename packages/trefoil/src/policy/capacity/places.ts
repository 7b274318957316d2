/** Places for calls that run at the same time. Who asks takes one only where there is one. */
export class Places {
  /** 0 for any number: they are only counted. */
  readonly limit: number
  #active = 0
  #peak = 0
  #total = 0
  #refused = 0

  constructor(limit: number) {
    this.limit = limit
  }

  get isFull(): boolean {
    return this.limit !== 0 && this.#active >= this.limit
  }

  /** Somebody found no place, here or in what belongs to it. */
  refuse(): void {
    this.#refused++
  }

  take(): void {
    this.#active++
    this.#total++
    if (this.#active > this.#peak) this.#peak = this.#active
  }

  /** Once for each that was taken. */
  release(): void {
    this.#active--
  }

  counts(): {
    readonly active: number
    readonly total: number
    readonly peak: number
    readonly refused: number
  } {
    return {
      active: this.#active,
      total: this.#total,
      peak: this.#peak,
      refused: this.#refused,
    }
  }
}

/**
 * Places for each of many callers. Whoever has none left is no entry any more, so there are never
 * more entries than calls that run: no flood of invented names fills the memory.
 */
export class KeyedPlaces {
  /** 0 for any number. */
  readonly limit: number
  readonly #active = new Map<string, number>()

  constructor(limit: number) {
    this.limit = limit
  }

  /** Keys that have a place now. */
  get size(): number {
    return this.#active.size
  }

  isFull(key: string): boolean {
    return this.limit !== 0 && (this.#active.get(key) ?? 0) >= this.limit
  }

  take(key: string): void {
    this.#active.set(key, (this.#active.get(key) ?? 0) + 1)
  }

  release(key: string): void {
    const left = (this.#active.get(key) ?? 0) - 1
    if (left <= 0) this.#active.delete(key)
    else this.#active.set(key, left)
  }
}
