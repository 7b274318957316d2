import type { JsonSchema } from '../../contract/params/schema.ts'

export type Kind = 'any' | 'string' | 'null' | 'boolean' | 'integer' | 'number' | 'array' | 'object'

/** One alternative of a schema. */
export interface Shape {
  readonly kind: Kind
  /** From `enum` and `const`; `null` when every value of the kind will do. */
  readonly values: readonly unknown[] | null
  readonly schema: JsonSchema
}

/** Schemas looked at for one argument, and for all arguments of an action. */
const BUDGET = 200
export const ACTION_BUDGET = 20_000
/** Listed values that count as one schema. */
const VALUES_A_STEP = 100

/** What may still be looked at: of one argument, and of all together. */
export class Budget {
  #left = BUDGET
  readonly #total: { left: number }

  constructor(total: { left: number } = { left: ACTION_BUDGET }) {
    this.#total = total
  }

  /** @returns false when there is no more */
  spend(count: number): boolean {
    this.#left -= count
    this.#total.left -= count
    return this.#left >= 0 && this.#total.left >= 0
  }
}

const ANY: readonly Shape[] = [{ kind: 'any', values: null, schema: {} }]

/**
 * The alternatives of a schema, references and unions followed. A remote chooses the schema,
 * so one that refers to itself without end, or doubles at every step, must not hang this
 * process: it runs out of budget and then accepts any text.
 */
export function shapesOf(
  schema: unknown,
  root: JsonSchema,
  budget: Budget = new Budget(),
): readonly Shape[] {
  if (!budget.spend(1) || typeof schema !== 'object' || schema === null) return ANY
  const members = membersOf(schema)
  const { $ref, type, allOf, enum: values } = members
  if (typeof $ref === 'string') return shapesOf(resolve($ref, root), root, budget)
  const union = members['anyOf'] ?? members['oneOf']
  const kinds = (Array.isArray(type) ? type : [type]).filter(isKind)
  if (Array.isArray(union)) {
    const found = union.slice(0, BUDGET).flatMap((item) => shapesOf(item, root, budget))
    // Alternatives that say nothing of the type leave it to what stands beside them.
    if (kinds.length === 0 || found.some(({ kind }) => kind !== 'any')) return found
  }
  if (Array.isArray(values)) {
    // Many arguments may refer to one long list.
    return budget.spend(values.length / VALUES_A_STEP) ? enumerated(values, members) : ANY
  }
  if ('const' in members) return enumerated([members['const']], members)
  if (kinds.length > 0) return kinds.map((kind) => ({ kind, values: null, schema: members }))
  if (Array.isArray(allOf)) {
    const parts = allOf.slice(0, BUDGET).map((part) => shapesOf(part, root, budget))
    return parts.find((part) => part !== ANY) ?? ANY
  }
  return ANY
}

function enumerated(values: readonly unknown[], schema: JsonSchema): readonly Shape[] {
  const kinds = new Set(values.map(kindOf))
  return [...kinds].map((kind) => ({
    kind,
    values: values.filter((value) => kindOf(value) === kind),
    schema,
  }))
}

export function kindOf(value: unknown): Kind {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  if (typeof value === 'string') return 'string'
  return typeof value === 'boolean' ? 'boolean' : 'object'
}

function isKind(type: unknown): type is Kind {
  return typeof type === 'string' && Object.hasOwn(EXPECTED, type)
}

function resolve(reference: string, root: JsonSchema): unknown {
  if (!reference.startsWith('#')) return null
  let target: unknown = root
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    const members = membersOf(target)
    target = Object.hasOwn(members, key) ? members[key] : null
  }
  return target
}

/** What a value of each kind is called in messages. */
export const EXPECTED: Readonly<Record<Kind, string>> = {
  any: 'anything',
  string: 'text',
  null: 'null',
  boolean: 'true or false',
  integer: 'an integer within ±2^53, such as 10',
  number: 'a number, such as 10 or 2.5',
  array: 'a JSON array, or one flag per item',
  object: 'a JSON object',
}

export function membersOf(value: unknown): JsonSchema {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  // Every member is read as unknown, so this widens and claims nothing.
  return isObject ? (value as JsonSchema) : {}
}
