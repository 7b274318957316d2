import { isRecord } from '../../../base/plain/is-record.ts'
import type { Schema } from '../../../contract/params/schema.ts'

/** The parts of zod's documented internals (`zod/v4/core`) that are read here. */
interface ZodNode {
  readonly _zod: { readonly def: Readonly<Record<string, unknown>> }
}

/** What zod refuses to run backwards, and only tells when it is asked to. */
const ONE_WAY: ReadonlySet<unknown> = new Set(['transform', 'success'])

/**
 * Which member of a zod schema leads one way only, such as `items[].count`; empty for the schema
 * itself.
 *
 * @returns `null` when every one has a way back, as a codec has
 */
export function oneWayMember(schema: Schema): string | null {
  return find(schema, '', new Set())
}

function find(node: unknown, label: string, seen: Set<unknown>): string | null {
  if (!isZodNode(node) || seen.has(node)) return null
  seen.add(node)
  const { def } = node._zod
  if (ONE_WAY.has(def['type'])) return label
  for (const [child, childLabel] of childrenOf(def, label)) {
    const found = find(child, childLabel, seen)
    if (found !== null) return found
  }
  return null
}

function childrenOf(def: Readonly<Record<string, unknown>>, label: string): [unknown, string][] {
  return Object.keys(def).flatMap((key): [unknown, string][] => {
    const value = def[key]
    if (key === 'shape' && isRecord(value)) {
      return Object.entries(value).map(([name, member]) => [
        member,
        label === '' ? name : `${label}.${name}`,
      ])
    }
    if (key === 'getter' && typeof value === 'function') return [[value(), label]]
    if (key === 'element') return [[value, `${label}[]`]]
    if (key === 'valueType') return [[value, label === '' ? '*' : `${label}.*`]]
    if (key === 'items' && Array.isArray(value)) {
      return value.map((item, index) => [item, `${label}[${index}]`])
    }
    return Array.isArray(value) ? value.map((item) => [item, label]) : [[value, label]]
  })
}

function isZodNode(value: unknown): value is ZodNode {
  // An object or, in some versions, a callable one.
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  const { _zod: inside } = value as Partial<ZodNode>
  return isRecord(inside) && isRecord(inside.def)
}
