/** Calls that are remembered: one that ends its own session has little left to do. */
const REMEMBERED = 1_000

/**
 * Calls that end the session they came with: who signs in anew leaves the one before, who signs out his own. Such a call is
 * let go on although its session is over (SES-8): its caller would be told that he was thrown out, by himself.
 */
export class OwnEnds {
  readonly #calls = new Set<string>()

  note(callId: string): void {
    const [oldest] = this.#calls
    if (this.#calls.size >= REMEMBERED && oldest !== undefined) this.#calls.delete(oldest)
    this.#calls.add(callId)
  }

  has(callId: string): boolean {
    return this.#calls.has(callId)
  }
}
