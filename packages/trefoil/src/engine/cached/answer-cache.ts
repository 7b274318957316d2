import type { Clock } from '../../base/clock.ts'
import type { ActionCache } from '../../contract/limits/cache.ts'
import { type Forgetting, forgettingOf } from './forgetting.ts'
import { type KeptAnswer, sizeOf } from './kept-answer.ts'

/** A point in time by both clocks. */
export interface Moment {
  readonly elapsed: number
  readonly now: number
}

/** When a call began, before anything was read for it, and how much had been forgotten by then. */
export interface KeptSince {
  readonly since: Moment
  readonly seen: number
}

/** What was asked for. */
export interface Found {
  readonly answer: KeptAnswer
  readonly age: number
}

interface Entry {
  readonly answer: KeptAnswer
  readonly parts: readonly string[]
  readonly since: Moment
  readonly bytes: number
  /** How much had been forgotten when it was last seen to count. */
  seen: number
}

/** One answer must not drive out all others. */
const LARGEST_SHARE = 8

/**
 * The answers that an app keeps, in memory: no more entries than each action says, and no more bytes
 * than the app. What was used longest ago goes first, of the action that takes the most.
 */
export class AnswerCache {
  readonly #most: number
  readonly #clock: Clock
  readonly #shelves: Map<ActionCache, Shelf> = new Map()
  #latest: Moment = { elapsed: Number.NEGATIVE_INFINITY, now: Number.NEGATIVE_INFINITY }
  /** What all entries take. */
  bytes = 0

  /** @param most bytes */
  constructor(most: number, clock: Clock) {
    this.#most = most
    this.#clock = clock
  }

  get size(): number {
    let size = 0
    for (const shelf of this.#shelves.values()) size += shelf.size
    return size
  }

  /** Where the answers of an action are, whatever surface it is called on. */
  shelfOf(cache: ActionCache): Shelf {
    const known = this.#shelves.get(cache)
    if (known !== undefined) return known
    const made = new Shelf(this, cache)
    this.#shelves.set(cache, made)
    return made
  }

  /**
   * Never before what it was the last time: a clock that is put back must not make young again what was
   * too old. Both, because one stands still while the machine sleeps, and the other is set by people.
   */
  moment(): Moment {
    const [elapsed, now] = [this.#clock.elapsed(), this.#clock.now()]
    this.#latest = {
      elapsed: Math.max(elapsed, this.#latest.elapsed),
      now: Math.max(now, this.#latest.now),
    }
    return this.#latest
  }

  takes(bytes: number): boolean {
    return bytes * LARGEST_SHARE <= this.#most
  }

  makeRoom(): void {
    while (this.bytes > this.#most) {
      let largest: Shelf | null = null
      for (const shelf of this.#shelves.values()) {
        if (largest === null || shelf.bytes > largest.bytes) largest = shelf
      }
      if (largest === null || !largest.dropOldest()) return
    }
  }
}

/** The answers of one action. */
export class Shelf {
  readonly #all: AnswerCache
  readonly #cache: ActionCache
  readonly forgetting: Forgetting
  /** The one used longest ago first. */
  readonly #entries: Map<string, Entry> = new Map()
  bytes = 0

  constructor(all: AnswerCache, cache: ActionCache) {
    this.#all = all
    this.#cache = cache
    this.forgetting = forgettingOf(cache)
  }

  get size(): number {
    return this.#entries.size
  }

  /** Of a call that begins now. */
  begin(): KeptSince {
    return { since: this.#all.moment(), seen: this.forgetting.now }
  }

  /** @returns the answer, and its age in whole seconds; `null` for none */
  find(key: string, names: readonly string[]): Found | null {
    const entry = this.#entries.get(key)
    if (entry === undefined) return null
    if (this.#isOver(entry) || this.#isForgotten(entry, names)) {
      this.#drop(key, entry)
      return null
    }
    entry.seen = this.forgetting.now
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return { answer: entry.answer, age: Math.floor(this.#ageOf(entry) / 1000) }
  }

  /**
   * @param since when the call began that it was made for, which may have read what it says just then
   * @param seen how much had been forgotten by then
   */
  keep(
    key: string,
    answer: KeptAnswer,
    made: Omit<Entry, 'answer' | 'bytes'>,
    names: readonly string[],
  ): void {
    const entry: Entry = { ...made, answer, bytes: sizeOf(key, made.parts, answer) }
    // What was forgotten while it was made may be what it says.
    if (this.#isOver(entry) || this.#isForgotten(entry, names)) return
    if (!this.#all.takes(entry.bytes)) return
    const before = this.#entries.get(key)
    if (before !== undefined) this.#drop(key, before)
    this.#sweep()
    this.#entries.set(key, entry)
    this.bytes += entry.bytes
    this.#all.bytes += entry.bytes
    if (this.#entries.size > this.#cache.entries) this.dropOldest()
    this.#all.makeRoom()
  }

  /** False when there is none. */
  dropOldest(): boolean {
    for (const [key, entry] of this.#entries) {
      this.#drop(key, entry)
      return true
    }
    return false
  }

  /** Nobody asks for most of what is over any more. */
  #sweep(): void {
    for (const [key, entry] of this.#entries) {
      if (!this.#isOver(entry)) return
      this.#drop(key, entry)
    }
  }

  #isOver(entry: Entry): boolean {
    return this.#ageOf(entry) >= this.#cache.lifetime
  }

  #ageOf({ since }: Entry): number {
    const { elapsed, now } = this.#all.moment()
    return Math.max(elapsed - since.elapsed, now - since.now)
  }

  #isForgotten({ seen, parts }: Entry, names: readonly string[]): boolean {
    return this.forgetting.hasForgotten(seen, (name) => parts[names.indexOf(name)])
  }

  #drop(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.bytes -= entry.bytes
    this.#all.bytes -= entry.bytes
  }
}
