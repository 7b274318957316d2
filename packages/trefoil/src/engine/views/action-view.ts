import { deepFreeze } from '../../base/plain/freeze.ts'
import { freezeClass } from '../../base/plain/freeze-class.ts'
import type { Action } from '../../contract/call/action.ts'
import type { ActionFacts } from '../../contract/call/call-facts.ts'

/** An action as calls see it: nothing in it that a check goes by (FND-56). Made once an action. */
export class ActionView implements ActionFacts {
  readonly #name: string
  readonly #method: string | null
  readonly #path: string | null
  readonly #tags: readonly string[]
  readonly #metadata: Readonly<Record<string, unknown>>
  readonly #changes: boolean
  readonly #external: boolean

  constructor({ name, method, path, tags, metadata, changes, external }: Action) {
    this.#name = name
    this.#method = method
    this.#path = path
    this.#tags = deepFreeze([...tags])
    this.#metadata = deepFreeze({ ...metadata })
    this.#changes = changes
    this.#external = external
    Object.preventExtensions(this)
  }

  get name(): string {
    return this.#name
  }
  get method(): string | null {
    return this.#method
  }
  get path(): string | null {
    return this.#path
  }
  get tags(): readonly string[] {
    return this.#tags
  }
  get metadata(): Readonly<Record<string, unknown>> {
    return this.#metadata
  }
  get changes(): boolean {
    return this.#changes
  }
  get external(): boolean {
    return this.#external
  }

  /** Members of a class do not print by themselves. */
  toJSON(): ActionFacts {
    const { name, method, path, tags, metadata, changes, external } = this
    return { name, method, path, tags, metadata, changes, external }
  }
}

freezeClass(ActionView)
