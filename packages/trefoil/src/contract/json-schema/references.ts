import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../params/schema.ts'
import { eachSubschema } from './keywords.ts'
import { followFragment } from './pointer.ts'
import { SCHEMA_BOUNDS } from './walk.ts'

/** Where one document is put together of several: a schema with an `$id` begins a new one. */
interface Resource {
  readonly root: JsonSchema
  /** Absolute URI that references inside it are relative to. */
  readonly base: string
  /** Schemas by `$anchor` and `$dynamicAnchor`. */
  readonly anchors: Map<string, JsonSchema>
}

/** A reference that leads to nothing inside its document. Nothing is ever fetched. */
export class UnresolvedReference extends Error {
  override readonly name = 'UnresolvedReference'
  readonly reference: string

  constructor(reference: string) {
    super(`'${reference}' leads to no schema in the document; put it into $defs`)
    this.reference = reference
  }
}

/** Base of documents without an `$id`: nobody's, so that only references inside can match. */
const NO_BASE = 'schema://document/'

const KEYWORDS = ['$ref', '$dynamicRef', '$recursiveRef'] as const

/**
 * Resolves the references of one document by the rules of JSON Schema 2020-12 (§8.2) and of the drafts
 * before: pointers, anchors, and embedded schemas by `$id`.
 */
export class References {
  readonly #resources = new Map<string, Resource>()
  readonly #resourceOf = new Map<JsonSchema, Resource>()
  readonly #document: Resource

  /** @throws RangeError for a document that is nested too deep */
  constructor(document: JsonSchema) {
    this.#document = { root: document, base: NO_BASE, anchors: new Map() }
    this.#resources.set(NO_BASE, this.#document)
    this.#index(document, this.#document, 0)
  }

  /**
   * What a schema refers to; `undefined` when it refers to nothing.
   *
   * @param schema a part of the document
   * @throws UnresolvedReference
   */
  targetOf(schema: JsonSchema): unknown {
    const reference = referenceOf(schema)
    if (reference === undefined) return undefined
    const origin = this.#resourceOf.get(schema) ?? this.#document
    const target = this.#lookUp(reference, origin, '$dynamicRef' in schema)
    if (!isRecord(target) && typeof target !== 'boolean') {
      throw new UnresolvedReference(reference)
    }
    // Behind a pointer through a place of no keyword (`components`) nothing has been indexed.
    if (isRecord(target) && !this.#resourceOf.has(target)) this.#index(target, origin, 0)
    return target
  }

  #lookUp(reference: string, origin: Resource, isDynamic: boolean): unknown {
    const [address = '', fragment = ''] = splitAtHash(reference)
    const resource = address === '' ? origin : this.#resources.get(absolute(address, origin.base))
    if (resource === undefined) return undefined
    if (fragment === '' || fragment.startsWith('/')) return followFragment(resource.root, fragment)
    // The outermost one counts; inside a document that is whole, that is the document's own.
    const outermost = isDynamic ? this.#document.anchors.get(fragment) : undefined
    return outermost ?? resource.anchors.get(fragment)
  }

  #index(schema: JsonSchema, within: Resource, depth: number): void {
    checkDepth(depth)
    const resource = this.#begins(schema, within)
    this.#resourceOf.set(schema, resource)
    for (const keyword of ['$anchor', '$dynamicAnchor']) {
      const anchor = schema[keyword]
      if (typeof anchor === 'string') resource.anchors.set(anchor, schema)
    }
    eachSubschema(schema, (subschema) => this.#index(subschema, resource, depth + 1))
  }

  #begins(schema: JsonSchema, within: Resource): Resource {
    const { $id: id } = schema
    if (typeof id !== 'string') return within
    // What drafts 6 and 7 call an anchor.
    if (id.startsWith('#')) {
      within.anchors.set(id.slice(1), schema)
      return within
    }
    const [address = ''] = splitAtHash(id)
    const base = absolute(address, within.base)
    const own = { root: schema, base, anchors: schema === within.root ? within.anchors : new Map() }
    this.#resources.set(base, own)
    return own
  }
}

/** The reference that a schema makes; `undefined` for none. */
export function referenceOf(schema: JsonSchema): string | undefined {
  for (const keyword of KEYWORDS) {
    const reference = schema[keyword]
    if (typeof reference === 'string') return reference
  }
  return undefined
}

/** True where something in a document refers to something. */
export function hasReferences(schema: JsonSchema): boolean {
  return someSchema(schema, (one) => referenceOf(one) !== undefined)
}

/**
 * True where a schema or one inside it passes the test.
 *
 * @throws RangeError for a document nested too deep, or holding itself
 */
export function someSchema(schema: JsonSchema, test: (schema: JsonSchema) => boolean): boolean {
  const visit = (one: JsonSchema, depth: number): boolean => {
    checkDepth(depth)
    if (test(one)) return true
    let found = false
    eachSubschema(one, (subschema) => {
      found ||= visit(subschema, depth + 1)
    })
    return found
  }
  return visit(schema, 0)
}

/** Deeper nesting is refused: no client reads it, and a schema that holds itself never ends. */
function checkDepth(depth: number): void {
  const most = SCHEMA_BOUNDS.depth
  if (depth > most) throw new RangeError(`it is nested deeper than ${most} levels`)
}

function splitAtHash(reference: string): readonly string[] {
  const at = reference.indexOf('#')
  return at < 0 ? [reference] : [reference.slice(0, at), reference.slice(at + 1)]
}

function absolute(address: string, base: string): string {
  return URL.canParse(address, base) ? new URL(address, base).href : address
}
