import type { JsonSchema } from '../params/schema.ts'
import { followFragment } from './pointer.ts'

/**
 * How much of a schema is read by whoever follows its references. Whoever wrote it, it may hold itself, or
 * double at every step: what stands behind the bound counts as not said.
 */
export const SCHEMA_BOUNDS = {
  /** Levels of schemas within schemas, references among them. */
  depth: 100,
  /** Schemas that are looked at, for one question. */
  schemas: 1000,
  /** Of all arguments of one action together. */
  actionSchemas: 20_000,
} as const

/** What may still be looked at: for one question, and for all about one action. */
export class SchemaBudget {
  #left: number = SCHEMA_BOUNDS.schemas
  readonly #action: { left: number }

  /** @param action shared by the questions about one action */
  constructor(action: { left: number } = { left: SCHEMA_BOUNDS.actionSchemas }) {
    this.#action = action
  }

  /** @returns false when there is no more */
  spend(count = 1): boolean {
    this.#left -= count
    this.#action.left -= count
    return this.#left >= 0 && this.#action.left >= 0
  }
}

/** A place in a document that is being read, with the references that led there. */
export class SchemaWalk {
  readonly #root: JsonSchema
  readonly #budget: SchemaBudget
  readonly #trail: readonly string[]

  constructor(
    root: JsonSchema,
    budget: SchemaBudget = new SchemaBudget(),
    trail: readonly string[] = [],
  ) {
    this.#root = root
    this.#budget = budget
    this.#trail = trail
  }

  /** Counts one schema that is about to be looked at. @returns false when that is one too many */
  enter(count = 1): boolean {
    return this.#budget.spend(count)
  }

  /**
   * What `$ref` of a schema leads to, and the walk from there on.
   *
   * @returns `undefined` without a reference; `null` for one that is being followed already, or stands too
   * deep within others
   */
  follow(schema: JsonSchema): Followed | null | undefined {
    const { $ref: reference } = schema
    if (typeof reference !== 'string') return undefined
    const trail = this.#trail
    if (trail.includes(reference) || trail.length >= SCHEMA_BOUNDS.depth) return null
    const target = reference.startsWith('#')
      ? followFragment(this.#root, reference.slice(1))
      : undefined
    return { target, walk: new SchemaWalk(this.#root, this.#budget, [...trail, reference]) }
  }
}

/** Where a reference leads. */
export interface Followed {
  /** `undefined` for what is not there, or in another document: nothing is ever fetched. */
  readonly target: unknown
  readonly walk: SchemaWalk
}
