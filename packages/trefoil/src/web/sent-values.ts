import { freezeClass } from '../base/plain/freeze-class.ts'
import { type QueryPairs, valuesOf } from './query.ts'

/**
 * Read access to names and values of a query or of cookies. Implements the contract's SentValues. The
 * pairs themselves are what arguments are bound from later, so none of them is handed out.
 */
export class SentValuesView {
  readonly #pairs: QueryPairs

  constructor(pairs: QueryPairs) {
    this.#pairs = pairs
    Object.preventExtensions(this)
  }

  get(name: string): string | null {
    return valuesOf(this.#pairs, name).at(-1) ?? null
  }

  getAll(name: string): readonly string[] {
    return valuesOf(this.#pairs, name)
  }

  has(name: string): boolean {
    return this.#pairs.some(([sent]) => sent === name)
  }

  *entries(): Generator<readonly [name: string, value: string], undefined> {
    for (const [name, value] of this.#pairs) yield [name, value]
  }

  [Symbol.iterator](): Generator<readonly [name: string, value: string], undefined> {
    return this.entries()
  }

  /** What is in it may be a credential. */
  toJSON(): object {
    return {}
  }
}

freezeClass(SentValuesView)
