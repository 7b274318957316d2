import type { Clock } from '../../base/clock.ts'
import type { AuditStore, StoredEntry } from '../../contract/ports/audit-store.ts'
import { type ChainKeys, GENESIS } from './chain-keys.ts'
import { type AuditEvent, entryText, eventText, readEntry } from './entry.ts'

/** Where an entry stands in its stream. */
export interface AuditPlace {
  readonly stream: string
  readonly seq: number
  readonly hash: string
}

/** What an {@link AuditChain} is made of. */
export interface AuditChainOptions {
  readonly store: AuditStore
  readonly keys: ChainKeys
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
    const { store, keys, clock, stream } = this.#options
    const key = keys.current
    const time = Math.floor(clock.now())
    let { seq, hash: prev } = this.#head ?? { seq: -1, hash: GENESIS }
    const entries: StoredEntry[] = []
    const places: AuditPlace[] = []
    for (const event of texts) {
      seq++
      const text = entryText({ stream, seq, time, kid: key.id }, event)
      const hash = key.chain(prev, text)
      entries.push({ prev, hash, text })
      places.push({ stream, seq, hash })
      prev = hash
    }
    await store.append(entries)
    this.#head = places.at(-1) ?? this.#head
    return places
  }

  async #open(): Promise<void> {
    if (this.#isOpen) return
    const { last, torn } = await this.#options.store.open()
    // A failed look must never begin a second chain at the beginning (SW-26).
    this.#head = last === null ? null : this.#check(last)
    if (torn > 0) await this.#write([eventText({ type: 'repaired', bytes: torn })])
    this.#isOpen = true
  }

  /** Nothing is built on an end that somebody else may have written. */
  #check(last: StoredEntry): AuditPlace {
    const { keys, stream } = this.#options
    const entry = readEntry(last.text)
    if (entry === null) throw new Error('The last entry of the audit log cannot be read')
    if (entry.stream !== stream) {
      throw new Error(`The audit log holds the stream '${entry.stream}', and not '${stream}'`)
    }
    const key = keys.find(entry.kid)
    if (key === null) {
      throw new Error(
        `The last entry of the audit log is of the key ${entry.kid}, which is none of keys; keep it in the ring as a previous one`,
      )
    }
    if (key.chain(last.prev, last.text) !== last.hash) {
      throw new Error(
        'The last entry of the audit log does not match its hash; see `trefoil audit verify`',
      )
    }
    return { stream, seq: entry.seq, hash: last.hash }
  }
}
