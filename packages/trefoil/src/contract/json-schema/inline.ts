import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../params/schema.ts'
import { eachSubschema, mapSubschemas } from './keywords.ts'
import { hasReferences, References, referenceOf, UnresolvedReference } from './references.ts'

/** A document whose references are all of one form: `#/$defs/<name>`. */
export interface Inlined {
  /** Without `$defs`. */
  readonly schema: JsonSchema
  /** What is still referred to: recursive schemas, and shared ones of a document too large without. */
  readonly definitions: Readonly<Record<string, JsonSchema>>
}

const DEFINITION = '#/$defs/'

/** Characters of JSON. Shared types inside shared types double with each level. */
const MAX_INLINED = 32_768

/** Keywords that give a schema its name and address; with the references gone, nobody asks for them. */
const IDENTITY = new Set([
  ...['$schema', '$id', '$anchor', '$dynamicAnchor', '$recursiveAnchor', '$vocabulary', '$comment'],
  ...['$defs', 'definitions', 'components'],
])
const REFERENCES: ReadonlySet<string> = new Set(['$ref', '$dynamicRef', '$recursiveRef'])

/** What may stand beside a reference and constrain nothing. */
const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...['title', 'description', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'],
])

/**
 * Puts what is referred to in the place of each reference, because many readers of tool schemas look
 * nothing up (FND-43). Recursive schemas stay definitions; so do all shared ones where the document
 * would have more than 32 KiB without them.
 *
 * @param name what a recursive document that has no name calls itself
 * @throws UnresolvedReference, RangeError for a document nested too deep
 */
export function inlineReferences(document: JsonSchema, name: string): Inlined {
  if (!hasReferences(document)) return { schema: withoutIdentity(document), definitions: {} }
  const graph = new ReferenceGraph(document)
  const kept = graph.sizeWithout(graph.recursive) > MAX_INLINED ? graph.all : graph.recursive
  return new Inliner(graph, kept, name).inline(document)
}

/** Which schemas of a document are referred to, and by which. */
class ReferenceGraph {
  readonly references: References
  readonly #targets = new Map<JsonSchema, readonly JsonSchema[]>()
  readonly #root: JsonSchema

  constructor(document: JsonSchema) {
    this.references = new References(document)
    this.#root = document
    this.#enter(document)
  }

  /** Everything that is referred to. */
  get all(): ReadonlySet<JsonSchema> {
    return new Set([...this.#targets.values()].flat())
  }

  /** What leads back to itself. */
  get recursive(): ReadonlySet<JsonSchema> {
    return new Set([...this.all].filter((schema) => this.#reaches(schema, schema)))
  }

  /** Characters of the document when everything is inlined but what is kept. */
  sizeWithout(kept: ReadonlySet<JsonSchema>): number {
    const sizes = new Map<JsonSchema, number>()
    const sizeOf = (schema: JsonSchema): number => {
      const known = sizes.get(schema)
      if (known !== undefined) return known
      let size = JSON.stringify(withoutIdentity(schema)).length
      for (const target of this.#targets.get(schema) ?? []) {
        if (!kept.has(target)) size += sizeOf(target)
      }
      sizes.set(schema, size)
      return size
    }
    return [this.#root, ...kept].reduce((sum, schema) => sum + sizeOf(schema), 0)
  }

  #enter(schema: JsonSchema): void {
    if (this.#targets.has(schema)) return
    const targets: JsonSchema[] = []
    this.#targets.set(schema, targets)
    const scan = (part: JsonSchema): void => {
      const target = this.references.targetOf(part)
      if (isRecord(target)) {
        this.#refuseCircle(part)
        targets.push(target)
      }
      eachSubschema(withoutIdentity(part), scan)
    }
    scan(schema)
    for (const target of targets) this.#enter(target)
  }

  /** References that lead to each other and to nothing else say nothing, and no reader survives them. */
  #refuseCircle(schema: JsonSchema): void {
    const walked = new Set<unknown>()
    for (let at: unknown = schema; isRecord(at); at = this.references.targetOf(at)) {
      if (walked.has(at)) throw new UnresolvedReference(referenceOf(at) ?? '')
      walked.add(at)
    }
  }

  #reaches(from: JsonSchema, to: JsonSchema): boolean {
    const walked = new Set<JsonSchema>()
    const queue = [from]
    for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
      for (const target of this.#targets.get(at) ?? []) {
        if (target === to) return true
        if (walked.has(target)) continue
        walked.add(target)
        queue.push(target)
      }
    }
    return false
  }
}

class Inliner {
  readonly #graph: ReferenceGraph
  readonly #kept: ReadonlySet<JsonSchema>
  readonly #ownName: string
  readonly #names = new Map<JsonSchema, string>()
  readonly #definitions: Record<string, JsonSchema> = Object.create(null)
  readonly #expanded = new Map<JsonSchema, JsonSchema>()

  constructor(graph: ReferenceGraph, kept: ReadonlySet<JsonSchema>, ownName: string) {
    this.#graph = graph
    this.#kept = kept
    this.#ownName = ownName
  }

  inline(document: JsonSchema): Inlined {
    const schema = this.#spellOut(document)
    return { schema, definitions: { ...this.#definitions } }
  }

  /** The document itself is no reference, whatever it was: a tool shows what kind of value it takes. */
  #spellOut(schema: JsonSchema): JsonSchema {
    const target = this.#graph.references.targetOf(schema)
    if (!isRecord(target)) return this.#expand(schema)
    return beside(this.#spellOut(target), this.#copy(schema))
  }

  #copy(schema: JsonSchema): JsonSchema {
    return mapSubschemas(withoutIdentity(schema), (part) => this.#rewrite(part))
  }

  #expand(schema: JsonSchema): JsonSchema {
    const known = this.#expanded.get(schema)
    if (known !== undefined) return known
    const made = this.#rewrite(schema)
    this.#expanded.set(schema, made)
    return made
  }

  #rewrite(schema: JsonSchema): JsonSchema {
    const copy = this.#copy(schema)
    if (referenceOf(schema) === undefined) return copy
    const target = this.#graph.references.targetOf(schema)
    if (!isRecord(target)) return beside(target === false ? { not: {} } : {}, copy)
    if (!this.#kept.has(target)) return beside(this.#expand(target), copy)
    return { $ref: DEFINITION + this.#define(target, schema), ...withoutReference(copy) }
  }

  #define(target: JsonSchema, from: JsonSchema): string {
    const known = this.#names.get(target)
    if (known !== undefined) return known
    const wanted = nameIn(referenceOf(from) ?? '') ?? this.#ownName
    let name = wanted
    for (let count = 2; name in this.#definitions; count++) name = `${wanted}_${count}`
    this.#names.set(target, name)
    // Reserved before it is made: it finds its own name inside.
    this.#definitions[name] = {}
    this.#definitions[name] = this.#rewrite(target)
    return name
  }
}

/** What a reference leads to, together with what stands beside the reference: both hold. */
function beside(target: JsonSchema, schema: JsonSchema): JsonSchema {
  const rest = withoutReference(schema)
  const [annotations, constraints] = [true, false].map((isAnnotation) =>
    Object.fromEntries(
      Object.entries(rest).filter(([keyword]) => ANNOTATIONS.has(keyword) === isAnnotation),
    ),
  )
  const isBare = constraints === undefined || Object.keys(constraints).length === 0
  return isBare ? { ...target, ...annotations } : { allOf: [target, constraints], ...annotations }
}

function withoutReference(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !REFERENCES.has(keyword)))
}

function withoutIdentity(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([keyword]) => !IDENTITY.has(keyword)))
}

/** The last step of a pointer, as far as it may stand in one; `null` where a name says nothing. */
function nameIn(reference: string): string | null {
  const last = /[/#]([^/#]+)$/.exec(reference)?.[1] ?? ''
  const name = last.replace(/[^A-Za-z0-9_.-]+/g, '_')
  return name === '' || /^[0-9]+$/.test(name) ? null : name
}

/** Which definition an inlined schema refers to; `null` for none. */
export function definitionOf({ $ref: reference }: JsonSchema): string | null {
  return typeof reference === 'string' && reference.startsWith(DEFINITION)
    ? reference.slice(DEFINITION.length)
    : null
}

/** An inlined schema whose definitions have been given other names. */
export function renameReferences(schema: JsonSchema, rename: (name: string) => string): JsonSchema {
  const copy = mapSubschemas(schema, (part) => renameReferences(part, rename))
  const name = definitionOf(copy)
  return name === null ? copy : { ...copy, $ref: DEFINITION + rename(name) }
}
