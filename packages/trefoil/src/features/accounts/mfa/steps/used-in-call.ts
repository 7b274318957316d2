/** Calls that are remembered: one is run again within moments, or never. */
const REMEMBERED = 1_000

/**
 * What calls have used up, and counted, outside their units of work. A call whose unit met another is run again from its
 * beginning, and what it took the first time is still its own. Whoever else sends the same token is another call.
 */
export class UsedInCall<Step> {
  readonly #used = new Map<string, Map<string, Step>>()
  readonly #counted = new Map<string, Set<string>>()

  used(callId: string, use: string): Step | undefined {
    return this.#used.get(callId)?.get(use)
  }

  use(callId: string, use: string, step: Step): void {
    of(this.#used, callId, () => new Map<string, Step>()).set(use, step)
  }

  hasCounted(callId: string, id: string): boolean {
    return this.#counted.get(callId)?.has(id) === true
  }

  count(callId: string, id: string): void {
    of(this.#counted, callId, () => new Set<string>()).add(id)
  }
}

function of<Kept>(all: Map<string, Kept>, callId: string, make: () => Kept): Kept {
  const known = all.get(callId)
  if (known !== undefined) return known
  const [oldest] = all.keys()
  if (all.size >= REMEMBERED && oldest !== undefined) all.delete(oldest)
  const made = make()
  all.set(callId, made)
  return made
}
