import type { ActionCache } from '../../contract/limits/cache.ts'

/** An argument by which answers are forgotten: its text, and what stands for long and secret ones. */
export interface ForgottenArgument {
  readonly text: string
  readonly brief: string
}

interface Mark {
  readonly at: number
  readonly args: ReadonlyMap<string, ForgottenArgument>
}

/** More would be asked for every answer that is older; then all of those are forgotten. */
const MOST_MARKS = 100

/**
 * Which answers of an action do not count any more. Kept with the declaration and only asked, so that
 * it reaches every app that is compiled of it, and holds none of them.
 */
export class Forgetting {
  #now = 0
  #all = 0
  #marks: readonly Mark[] = []
  #names: ReadonlySet<string> | null = null

  /** Names of the action's arguments; `null` until it is known that it keeps answers. */
  get names(): ReadonlySet<string> | null {
    return this.#names
  }

  /** Called when the action is compiled. */
  accept(names: ReadonlySet<string>): void {
    this.#names = names
  }

  /** A number that grows with everything that is forgotten. */
  get now(): number {
    return this.#now
  }

  /** @param args arguments of the answers that are meant, all else aside; `null` for all of them */
  forget(args: ReadonlyMap<string, ForgottenArgument> | null): void {
    this.#now++
    if (args !== null && args.size > 0 && this.#marks.length < MOST_MARKS) {
      this.#marks = [...this.#marks, { at: this.#now, args }]
      return
    }
    this.#all = this.#now
    this.#marks = []
  }

  /**
   * True when an answer that counted at `then` does not any more.
   *
   * @param argument text or digest of an argument the answer was made for
   */
  hasForgotten(then: number, argument: (name: string) => string | undefined): boolean {
    if (then === this.#now) return false
    if (then < this.#all) return true
    return this.#marks.some(({ at, args }) => {
      if (at <= then) return false
      for (const [name, { text, brief }] of args) {
        const own = argument(name)
        if (own !== text && own !== brief) return false
      }
      return true
    })
  }
}

const forgettings: WeakMap<ActionCache, Forgetting> = new WeakMap()

/** Ties what is kept of an action to what is forgotten of it. */
export function forgetsWith(cache: ActionCache, forgetting: Forgetting): ActionCache {
  forgettings.set(cache, forgetting)
  return cache
}

/** One of its own for a cache that nobody was tied to. */
export function forgettingOf(cache: ActionCache): Forgetting {
  const known = forgettings.get(cache)
  if (known !== undefined) return known
  const made = new Forgetting()
  forgettings.set(cache, made)
  return made
}
