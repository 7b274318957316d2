import { isRecord } from '../../base/plain/is-record.ts'
import { mapSubschemas } from '../../contract/json-schema/keywords.ts'
import { followFragment, fragmentOf, fragmentTokens } from '../../contract/json-schema/pointer.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import { UniqueNames } from './unique-names.ts'

/** Where shared schemas live in an OpenAPI document. */
export const COMPONENT_PREFIX = '#/components/schemas/'

const ROOT = ''

/** One schema document whose inside is being moved. */
interface Source {
  readonly document: JsonSchema
  readonly definitions: JsonSchema
  /** Used for names that the document does not give. */
  readonly owner: string
  readonly side: Side
}

/** What callers send, or what they are answered: one type's schemas may differ by it. */
export type Side = 'input' | 'output'

/**
 * Collects the definitions of many schema documents into one map. A schema that says
 * `#/$defs/Order` means *its own* document; inside an OpenAPI document the same text would
 * point at the OpenAPI root, so definitions move and references follow them (DOCS-6, W-34).
 * The same definition coming from several documents is kept once.
 */
export class SchemaComponents {
  readonly #names: UniqueNames
  readonly #nameOfKey = new Map<string, string>()
  readonly #schemas = new Map<string, JsonSchema>()
  readonly #sides = new Map<string, Side>()

  constructor(reserved: Readonly<Record<string, JsonSchema>> = {}) {
    this.#names = new UniqueNames(Object.keys(reserved))
    for (const [name, schema] of Object.entries(reserved)) this.#schemas.set(name, schema)
  }

  /** Every component by name. */
  get schemas(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries(this.#schemas)
  }

  /**
   * @param schema a self-contained schema document
   * @param owner names components the document leaves unnamed, such as `get_order_output`
   * @param side tells two definitions of one name apart: `Order` and `Order_input`
   * @returns the schema as it may stand anywhere inside the OpenAPI document
   */
  add(schema: JsonSchema, owner: string, side: Side): JsonSchema {
    const { $schema: _dialect, ...document } = schema
    const definitions = isRecord(document.$defs) ? document.$defs : {}
    const source: Source = { document, definitions, owner, side }
    if (reachable(source, ROOT).refersToRoot) return { $ref: this.#component(source, ROOT) }
    return this.#rewrite(source, withoutDefinitions(document))
  }

  /** The reference to a definition, or to the whole document, moving it on first sight. */
  #component(source: Source, name: string): string {
    const key = reachable(source, name).key
    const known = this.#nameOfKey.get(key)
    if (known !== undefined) return COMPONENT_PREFIX + known
    const wanted = componentName(source.owner, name)
    const other = this.#sides.get(wanted) ?? source.side
    const component = this.#names.take(
      wanted,
      other === source.side ? wanted : `${wanted}_${source.side}`,
    )
    this.#sides.set(component, source.side)
    this.#nameOfKey.set(key, component)
    // Reserved before it is filled: a recursive schema finds its own name here.
    this.#schemas.set(component, {})
    const schema = name === ROOT ? withoutDefinitions(source.document) : source.definitions[name]
    this.#schemas.set(component, isRecord(schema) ? this.#rewrite(source, schema) : {})
    return COMPONENT_PREFIX + component
  }

  #rewrite(source: Source, schema: JsonSchema): JsonSchema {
    const copy = mapSubschemas(schema, (subschema) => this.#rewrite(source, subschema))
    const target = localTarget(source, schema)
    if (target === undefined) return copy
    const { $ref: _old, ...rest } = copy
    // A reference to nowhere describes nothing; keeping it would make the document invalid.
    if (target === null) return rest
    return { $ref: this.#component(source, target.name) + target.rest, ...rest }
  }
}

interface DefinitionPlace {
  /** A definition's name, or {@link ROOT}. */
  readonly name: string
  /** Pointer from there on. */
  readonly rest: string
}

/** @returns `undefined` without a local reference, `null` when it leads nowhere */
function localTarget(source: Source, schema: JsonSchema): DefinitionPlace | null | undefined {
  const fragment = localFragment(source, schema.$ref)
  const tokens = fragment === undefined ? null : fragmentTokens(fragment)
  if (fragment === undefined || tokens === null) return undefined
  if (followFragment(source.document, fragment) === undefined) return null
  const [keyword, name] = tokens
  if (keyword !== '$defs' || name === undefined) return { name: ROOT, rest: fragment }
  return { name, rest: fragmentOf(tokens.slice(2)) }
}

function localFragment(source: Source, ref: unknown): string | undefined {
  if (typeof ref !== 'string') return undefined
  const id = source.document.$id
  const local = typeof id === 'string' && ref.startsWith(id) ? ref.slice(id.length) || '#' : ref
  return local.startsWith('#') ? local.slice(1) : undefined
}

/** `$id` goes too: left in, it would become the base of every reference below it. */
function withoutDefinitions(document: JsonSchema): JsonSchema {
  const { $defs: _definitions, $id: _id, ...rest } = document
  return rest
}

/** What a part of a document consists of, so that equal parts of two documents are one. */
function reachable(source: Source, start: string): { key: string; refersToRoot: boolean } {
  const seen = new Map<string, unknown>()
  let refersToRoot = false
  const enter = (name: string): void => {
    if (seen.has(name)) return
    const schema = name === ROOT ? withoutDefinitions(source.document) : source.definitions[name]
    seen.set(name, schema)
    if (isRecord(schema)) scan(schema)
  }
  const scan = (schema: JsonSchema): JsonSchema => {
    const target = localTarget(source, schema)
    if (target?.name === ROOT) refersToRoot = true
    if (target) enter(target.name)
    return mapSubschemas(schema, scan)
  }
  enter(start)
  const owner = start === ROOT || UNNAMED.test(start) ? source.owner : ''
  return { key: JSON.stringify([owner, start, [...seen]]), refersToRoot }
}

/** What zod calls a recursive schema nobody named. */
const UNNAMED = /^__schema\d+$/

function componentName(owner: string, name: string): string {
  const full = name === ROOT ? owner : UNNAMED.test(name) ? `${owner}_${name.slice(2)}` : name
  return full.replace(/[^A-Za-z0-9._-]+/g, '_') || 'schema'
}
