import { freezeClass } from '../../base/plain/freeze-class.ts'

/** What calls see of their app: its name and the developer's own state, nothing of ours (FND-58). */
export class AppView {
  readonly #name: string
  readonly #state: unknown

  constructor(name: string, state: unknown) {
    this.#name = name
    this.#state = state
    Object.preventExtensions(this)
  }

  get name(): string {
    return this.#name
  }
  get state(): unknown {
    return this.#state
  }

  /** Without the state: it is the developer's, and may hold anything. */
  toJSON(): object {
    return { name: this.#name }
  }
}

freezeClass(AppView)
