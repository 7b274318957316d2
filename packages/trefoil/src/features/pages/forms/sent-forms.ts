import type { Reply } from '../../../index.ts'

/** How a form that was sent ended. */
export type FormEnd =
  | { readonly kind: 'done'; readonly reply: Reply }
  | { readonly kind: 'refused'; readonly error: unknown }
  /** Its commit failed, or nobody knows: whoever waits does it himself. */
  | { readonly kind: 'lost' }

const MOST = 2000
/** Milliseconds for which the answer is there for whoever pressed the button twice. */
const KEPT = 10_000

interface Entry {
  readonly end: Promise<FormEnd>
  readonly settle: (end: FormEnd) => void
  isSettled: boolean
  until: number
}

/**
 * Forms that are being sent, by their tokens and what is in them: of a button that was pressed twice the second is answered as the first,
 * with its cookies, and does nothing. In this process; what must hold across processes is a `once` form, or the
 * statement that does it.
 */
export class SentForms {
  readonly #entries = new Map<string, Entry>()
  readonly #now: () => number

  /** @param now milliseconds since the Unix epoch */
  constructor(now: () => number) {
    this.#now = now
  }

  /** @returns the end of the first; `null` for the first itself, or where there are too many to remember */
  join(id: string): Promise<FormEnd> | null {
    const entry = this.#entries.get(id)
    if (entry !== undefined && (!entry.isSettled || entry.until > this.#now())) return entry.end
    this.#entries.delete(id)
    this.#sweep()
    if (this.#entries.size >= MOST) return null
    const { promise, resolve } = Promise.withResolvers<FormEnd>()
    this.#entries.set(id, { end: promise, settle: resolve, isSettled: false, until: 0 })
    return null
  }

  /** Told once: what comes later says nothing new. */
  end(id: string, end: FormEnd): void {
    const entry = this.#entries.get(id)
    if (entry === undefined || entry.isSettled) return
    entry.isSettled = true
    entry.until = this.#now() + KEPT
    // What was refused is sent again with another token; what is lost nobody has to remember.
    if (end.kind !== 'done') this.#entries.delete(id)
    entry.settle(end)
  }

  #sweep(): void {
    // In the order in which they came: the first that is to stay is followed by younger ones.
    for (const [id, { isSettled, until }] of this.#entries) {
      if (!isSettled || until > this.#now()) return
      this.#entries.delete(id)
    }
  }
}
