import { child, type KnownSchema, knownSchema, NotUnderstood, type ZodNode } from './known-zod.ts'

// What a schema can accept at most: by it, the options of a union are told apart.

export const GUARDS = {
  string: (name: string): string => `typeof ${name} === 'string'`,
  number: (name: string): string => `typeof ${name} === 'number'`,
  boolean: (name: string): string => `typeof ${name} === 'boolean'`,
  null: (name: string): string => `${name} === null`,
  undefined: (name: string): string => `${name} === undefined`,
  array: (name: string): string => `isArray(${name})`,
  object: (name: string): string =>
    `(typeof ${name} === 'object' && ${name} !== null && !isArray(${name}))`,
} as const

export type Kind = keyof typeof GUARDS

/** No more than this can be accepted; a schema may well accept less of it. */
export interface Accepted {
  readonly kinds: Set<Kind>
  readonly values: Set<unknown>
}

export const ANYTHING = 'anything'

const KINDS: Readonly<Partial<Record<KnownSchema, Kind>>> = {
  String: 'string',
  StringFormat: 'string',
  Number: 'number',
  NumberFormat: 'number',
  Boolean: 'boolean',
  Null: 'null',
  Undefined: 'undefined',
  Array: 'array',
  Tuple: 'array',
  Object: 'object',
  Record: 'object',
  DiscriminatedUnion: 'object',
}

export function acceptedBy(node: ZodNode): Accepted | typeof ANYTHING {
  const kind = knownSchema(node)
  const { def } = node._zod
  const own = KINDS[kind]
  if (own !== undefined) return { kinds: new Set([own]), values: new Set() }
  if (kind === 'Unknown' || kind === 'Any') return ANYTHING
  if (kind === 'Enum' || kind === 'Literal')
    return { kinds: new Set(), values: new Set(valuesOf(node, kind)) }
  const all: Accepted = { kinds: new Set(), values: new Set() }
  if (kind === 'Optional') all.kinds.add('undefined')
  if (kind === 'Nullable') all.kinds.add('null')
  for (const inner of kind === 'Union' ? (def.options ?? []) : [child(def.innerType)]) {
    const accepted = acceptedBy(inner)
    if (accepted === ANYTHING) return ANYTHING
    addTo(all, accepted)
  }
  return all
}

export function addTo(all: Accepted, { kinds, values }: Accepted): void {
  for (const kind of kinds) all.kinds.add(kind)
  for (const value of values) all.values.add(value)
}

export function overlap(one: Accepted, other: Accepted): boolean {
  return (
    [...one.kinds].some((kind) => other.kinds.has(kind)) ||
    [...one.values].some((value) => other.values.has(value) || other.kinds.has(kindOf(value))) ||
    [...other.values].some((value) => one.kinds.has(kindOf(value)))
  )
}

function kindOf(value: unknown): Kind {
  return value === null ? 'null' : (typeof value as Kind)
}

/** The set zod itself looks into; a numeric TypeScript enum lists more than its values. */
export function valuesOf(node: ZodNode, kind: KnownSchema): unknown[] {
  if (kind !== 'Literal' && kind !== 'Enum') throw new NotUnderstood()
  const values = [...(node._zod.values ?? [])]
  const plain = (value: unknown): boolean =>
    kind === 'Enum' ? typeof value === 'string' : isPlain(value)
  if (!values.every(plain)) throw new NotUnderstood()
  return values
}

function isPlain(value: unknown): boolean {
  return value === null || PLAIN.has(typeof value) || Number.isFinite(value)
}

const PLAIN: ReadonlySet<string> = new Set(['string', 'boolean', 'undefined'])
