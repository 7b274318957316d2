import type { Clock } from '../../base/clock.ts'
import type { AuditStore } from '../../contract/ports/audit-store.ts'
import { type AuditEvent, type AuditPlace, eventText } from './entry.ts'
import type { AuditLinks } from './links.ts'

/** What an {@link AuditChain} is made of. */
export interface AuditChainOptions {
  readonly store: AuditStore
  readonly links: AuditLinks
  readonly clock: Clock
  readonly stream: string
}

interface Waiting {
  readonly text: string
  readonly resolve: (place: AuditPlace) => void
  readonly reject: (error: unknown) => void
}

/** So many are written at once: what has come while the last were is one write, and one `fsync`. */
const BATCH = 256
const MOST_WAITING = 10_000

/**
 * Appends to one stream, one after another: the order in which entries are chained is that in which they
 * are written, whatever waits (PW-36, SW-26). An entry that could not be written leaves no hole: the next
 * one takes its number.
 */
export class AuditChain {
  readonly #options: AuditChainOptions
  readonly #queue: Waiting[] = []
  #head: AuditPlace | null = null
  #isOpen = false
  #running: Promise<void> | null = null

  constructor(options: AuditChainOptions) {
    this.#options = options
  }

  /** The last entry that was written by this process, or found; `null` for none. */
  get head(): AuditPlace | null {
    return this.#head
  }

  /**
   * @returns where it stands, once it is safe
   * @throws NotCanonical for an event with a value that has no JSON form
   * @throws Error when it cannot be written
   */
  append(event: AuditEvent): Promise<AuditPlace> {
    let text: string
    try {
      // Now, and not when its turn comes: what it is made of may have been changed by then.
      text = eventText(event)
    } catch (error) {
      return Promise.reject(error)
    }
    if (this.#queue.length >= MOST_WAITING) {
      return Promise.reject(new Error(`More than ${MOST_WAITING} entries wait to be written`))
    }
    const { promise, resolve, reject } = Promise.withResolvers<AuditPlace>()
    this.#queue.push({ text, resolve, reject })
    this.#run()
    return promise
  }

  /** Opens the store before there is anything to write. @throws Error when it cannot be opened */
  async open(): Promise<void> {
    while (this.#running !== null) await this.#running
    await this.#open()
  }

  /** Writes what waits, and gives the store up. */
  async close(): Promise<void> {
    while (this.#running !== null) await this.#running
    if (!this.#isOpen) return
    this.#isOpen = false
    await this.#options.store.close()
  }

  #run(): void {
    if (this.#running !== null) return
    // In a later step: what comes in this one is written with it.
    this.#running = Promise.resolve()
      .then(() => this.#writeAll())
      .finally(() => {
        this.#running = null
        if (this.#queue.length > 0) this.#run()
      })
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, BATCH)
      try {
        await this.#open()
        const places = await this.#write(batch.map(({ text }) => text))
        batch.forEach(({ resolve }, index) => {
          resolve(places[index] as AuditPlace)
        })
      } catch (error) {
        // What is there is looked at again: the store may have written more, or less, than it says.
        this.#isOpen = false
        for (const { reject } of batch) reject(error)
      }
    }
  }

  async #write(texts: readonly string[]): Promise<readonly AuditPlace[]> {
    const { store, links, clock, stream } = this.#options
    const linked = links.link(stream, this.#head, texts, Math.floor(clock.now()))
    await store.append(linked.map(({ prev, hash, text }) => ({ prev, hash, text })))
    const places = linked.map(({ place }) => place)
    this.#head = places.at(-1) ?? this.#head
    return places
  }

  async #open(): Promise<void> {
    if (this.#isOpen) return
    const { store, links, stream } = this.#options
    const { last, torn } = await store.open()
    // A failed look must never begin a second chain at the beginning (SW-26).
    this.#head = last === null ? null : links.check(stream, last)
    if (torn > 0) await this.#write([eventText({ type: 'repaired', bytes: torn })])
    this.#isOpen = true
  }
}
