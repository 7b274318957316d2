import type { Schema } from '../../contract/params/schema.ts'
import {
  type Accepted,
  ANYTHING,
  acceptedBy,
  addTo,
  GUARDS,
  overlap,
  valuesOf,
} from './accepted-kinds.ts'
import {
  child,
  isKnownVersion,
  type KnownSchema,
  knownCheck,
  knownSchema,
  NotUnderstood,
  type ZodDef,
  type ZodNode,
  type ZodPayload,
} from './known-zod.ts'
import { listLength, numberBound, numberFormat, textLength } from './leaf-tests.ts'

/** Stands for "not understood or not fitting: ask the schema". */
export const UNFIT: unique symbol = Symbol('unfit')

/**
 * The copy, or {@link UNFIT}. What the value itself throws (a getter, a proxy) is passed on: the
 * schema would meet it as well, and asking it would run that code a second time. After UNFIT the
 * schema does read again; a value that then answers otherwise is safe, because it copies too.
 */
export type ExactCopy = (value: unknown) => unknown

/**
 * A compiled copy of what a zod schema makes of a value: `JSON.stringify` of both is the same
 * text. Most of what a validation costs is saved; the promise that only declared members leave
 * is not: the copy reads listed members and nothing else, each once, by name, and tests what it
 * read. Members that the value has besides are never looked at, so there is nothing to count
 * and no way to hide one (a getter, a proxy, an instance, a member that is not enumerable).
 *
 * Optional members that are `undefined` are left out, as JSON does. Values under `z.unknown()`
 * are handed on by reference, as zod does. Where an object occurs twice in a value, it is read
 * once for each place.
 *
 * Settings of zod (`z.config`) change messages and speed, not values, with two exceptions that
 * are internal to zod: a `postProcessor` (`import 'zod/compile'`) leaves everything to the
 * schema, and a `memoizer` other than zod's own is not noticed.
 *
 * @returns `null` for other libraries, for schemas that change a value or run the developer's
 *   code (transforms, defaults, refinements), for every class and version of zod that is not
 *   listed in `known-zod.ts`, and where code must not be compiled (strict CSP, some workers)
 */
export function compileExactCopy(schema: Schema): ExactCopy | null {
  try {
    const root = zodNode(schema)
    return root === null ? null : new Compiler().compile(root)
  } catch {
    // Unknown construct, or no eval here. Slower, not wrong.
    return null
  }
}

function zodNode(schema: Schema): ZodNode | null {
  const node = schema as Partial<ZodNode>
  if (schema['~standard'].vendor !== 'zod' || !isKnownVersion(node._zod?.version)) return null
  const { __zod_globalConfig: config } = globalThis as {
    __zod_globalConfig?: { postProcessor?: unknown }
  }
  // It replaces the functions of every schema, also of those that are made here to compare with.
  return config?.postProcessor === undefined ? (node as ZodNode) : null
}

/** What compiled code sees besides its argument. Nothing of a schema is pasted in as code. */
const SCOPE = {
  UNFIT,
  isArray: Array.isArray,
  isFinite: Number.isFinite,
  isSafeInteger: Number.isSafeInteger,
  ownKeys: Reflect.ownKeys,
  isEnumerable: Function.prototype.call.bind(Object.prototype.propertyIsEnumerable),
  ObjectConstructor: Object,
  isHighSurrogate: /[\uD800-\uDBFF]/,
} as const

const MAX_COMPARISONS = 8

/** Shapes may be made anew at every look (a getter that calls a factory), without an end. */
const MAX_NODES = 2000

/** Deeper values and circular ones are the schema's: zod closes circles, this would not end. */
const MAX_DEPTH = 200

class Compiler {
  readonly #functions: string[] = []
  readonly #constants: unknown[] = []
  /** A schema that contains itself calls its own function. */
  readonly #named = new Map<ZodNode, string>()
  #nodes = 0

  compile(root: ZodNode): ExactCopy {
    const step = this.#step(root, 'value')
    const source = `'use strict'
${this.#functions.join('\n')}
return function exactCopy(value) {
const depth = 0
${step}
return value
}`
    const make = new Function(...Object.keys(SCOPE), 'constants', source)
    return make(...Object.values(SCOPE), this.#constants) as ExactCopy
  }

  /** Statements that put the copy of the variable `name` in its place, or return UNFIT. */
  #step(node: ZodNode, name: string): string {
    if (++this.#nodes > MAX_NODES) throw new NotUnderstood()
    const kind = knownSchema(node)
    const { def } = node._zod
    if (!WITH_CHECKS.has(kind) && (def.checks?.length ?? 0) > 0) throw new NotUnderstood()
    switch (kind) {
      case 'Unknown':
      case 'Any':
        return ''
      case 'String':
      case 'StringFormat':
        return this.#string(node, kind, name)
      case 'Number':
      case 'NumberFormat':
        return this.#number(node, kind, name)
      case 'Boolean':
        return unless(`typeof ${name} === 'boolean'`)
      case 'Null':
        return unless(`${name} === null`)
      case 'Undefined':
        return unless(`${name} === undefined`)
      case 'Enum':
      case 'Literal':
        return unless(this.#oneOf(valuesOf(node, kind), name))
      case 'Optional':
        return `if (${name} !== undefined) {\n${this.#step(child(def.innerType), name)}\n}`
      case 'Nullable':
        return `if (${name} !== null) {\n${this.#step(child(def.innerType), name)}\n}`
      case 'NonOptional':
        return `${this.#step(child(def.innerType), name)}\n${unless(`${name} !== undefined`)}`
      case 'ExactOptional':
        return this.#step(child(def.innerType), name)
      case 'Readonly':
        return this.#readonly(def, name)
      case 'Array':
        return this.#call(node, name, () => this.#array(def))
      case 'Tuple':
        return this.#call(node, name, () => this.#tuple(def))
      case 'Record':
        return this.#call(node, name, () => this.#record(def))
      case 'Object':
        return this.#call(node, name, () => this.#object(def))
      case 'DiscriminatedUnion':
        return this.#call(node, name, () => this.#tagged(def))
      case 'Union':
        return this.#union(def, name)
    }
  }

  #string(node: ZodNode, kind: KnownSchema, name: string): string {
    const tests = [`typeof ${name} === 'string'`]
    let asked = kind === 'StringFormat'
    for (const check of node._zod.def.checks ?? []) {
      const known = knownCheck(check)
      if (known === 'length') tests.push(textLength(check._zod.def, name))
      else if (known === 'text') asked = true
      else throw new NotUnderstood()
    }
    return asked ? this.#ask(node, name) : unless(tests.join(' && '))
  }

  #number(node: ZodNode, kind: KnownSchema, name: string): string {
    const { def } = node._zod
    const tests = [`isFinite(${name})`]
    let asked = false
    if (kind === 'NumberFormat') tests.push(...numberFormat(def.format, name))
    for (const check of def.checks ?? []) {
      const known = knownCheck(check)
      if (known === 'bound') tests.push(numberBound(check._zod.def, name))
      else if (known === 'number format') tests.push(...numberFormat(check._zod.def.format, name))
      else if (known === 'multiple') asked = true
      else throw new NotUnderstood()
    }
    return asked ? this.#ask(node, name) : unless(tests.join(' && '))
  }

  /** zod's own business, one text or number at a time; it may answer with another (URLs). */
  #ask({ _zod: internals }: ZodNode, name: string): string {
    const ask = (value: unknown): unknown => {
      const result = internals.run({ value, issues: [] }, { async: false }) as ZodPayload
      return result.issues?.length === 0 ? result.value : UNFIT
    }
    return `${name} = ${this.#constant(ask)}(${name})\n${unless(`${name} !== UNFIT`)}`
  }

  #oneOf(values: readonly unknown[], name: string): string {
    if (values.length > MAX_COMPARISONS) return `${this.#constant(new Set(values))}.has(${name})`
    const tests = values.map((value) => `${name} === ${this.#constant(value)}`)
    return tests.length === 0 ? 'false' : `(${tests.join(' || ')})`
  }

  /** zod freezes its copy, which no text shows, but what goes by reference is the handler's. */
  #readonly(def: ZodDef, name: string): string {
    if (acceptedBy(child(def.innerType)) === ANYTHING) throw new NotUnderstood()
    return this.#step(child(def.innerType), name)
  }

  /**
   * zod takes the first option that accepts, and that one may strip or change what a later one
   * would have kept. Only where at most one option can accept does the order not matter; which
   * one that is shows in the kind of the value.
   */
  #union(def: ZodDef, name: string): string {
    const seen: Accepted = { kinds: new Set(), values: new Set() }
    const branches = (def.options ?? []).map((option) => {
      const accepted = acceptedBy(option)
      if (accepted === ANYTHING || overlap(seen, accepted)) throw new NotUnderstood()
      addTo(seen, accepted)
      const guards = [...accepted.kinds].map((kind) => GUARDS[kind](name))
      const guard = [...guards, this.#oneOf([...accepted.values], name)].join(' || ')
      return `if (${guard}) {\n${this.#step(option, name)}\n}`
    })
    return [...branches, 'return UNFIT'].join(' else ')
  }

  #array(def: ZodDef): string {
    const lengths = (def.checks ?? []).map((check) => {
      if (knownCheck(check) !== 'length') throw new NotUnderstood()
      return unless(listLength(check._zod.def))
    })
    return `if (!isArray(value)) return UNFIT
const length = value.length
if (length >>> 0 !== length) return UNFIT
${lengths.join('\n')}
const copy = []
for (let index = 0; index < length; index++) {
let item = value[index]
${this.#step(child(def.element), 'item')}
copy.push(item)
}
return copy`
  }

  #tuple(def: ZodDef): string {
    const items = def.items ?? []
    if (def.rest || items.some((item) => item._zod.optin !== undefined)) throw new NotUnderstood()
    const steps = items.map(
      (item, index) => `let item${index} = value[${index}]\n${this.#step(item, `item${index}`)}`,
    )
    return `if (!isArray(value) || value.length !== ${items.length}) return UNFIT
${steps.join('\n')}
return [${items.map((_, index) => `item${index}`).join(', ')}]`
  }

  /** In the order in which zod looks, so that what a look changes shows in both. */
  #record(def: ZodDef): string {
    const { keyType, valueType, mode, partial } = def
    const key = child(keyType)
    const plain = knownSchema(key) === 'String' && (key._zod.def.checks?.length ?? 0) === 0
    if (!plain || mode !== undefined || partial !== undefined) throw new NotUnderstood()
    return `if (typeof value !== 'object' || value === null || isArray(value)) return UNFIT
const constructor = value.constructor
if (constructor !== ObjectConstructor && constructor !== undefined) return UNFIT
const copy = {}
for (const key of ownKeys(value)) {
if (key === '__proto__' || !isEnumerable(value, key)) continue
if (typeof key !== 'string' || key === 'constructor') return UNFIT
let item = value[key]
${this.#step(child(valueType), 'item')}
copy[key] = item
}
return copy`
  }

  /** @param tag the member whose value was read already, and stands in the variable `tag` */
  #object(def: ZodDef, tag?: string): string {
    if (def.catchall !== undefined) throw new NotUnderstood()
    const shape = def.shape ?? {}
    if (Object.getOwnPropertySymbols(shape).length > 0) throw new NotUnderstood()
    const members = Object.entries(shape).map(([key, node], index) => {
      // zod strips it, and as a key of a literal it would set the prototype.
      if (key === '__proto__') throw new NotUnderstood()
      const name = `member${index}`
      const quoted = this.#constant(key)
      const read = `let ${name} = ${key === tag ? 'tag' : `value[${quoted}]`}`
      const optional = isOptional(node)
      const step = this.#member(this.#step(node, name), optional, name, quoted)
      return { name, quoted, optional, read: `${read}\n${step}` }
    })
    const first = members.findIndex(({ optional }) => optional)
    // One literal up to the first that may be absent: objects of one hidden class are made fast.
    const literal = members.slice(0, first === -1 ? members.length : first)
    const others = members.slice(literal.length).map(({ name, quoted, optional }) => {
      const assign = `copy[${quoted}] = ${name}`
      return optional ? `if (${name} !== undefined) ${assign}` : assign
    })
    return `if (typeof value !== 'object' || value === null || isArray(value)) return UNFIT
${members.map(({ read }) => read).join('\n')}
const copy = { ${literal.map(({ name, quoted }) => `${quoted}: ${name}`).join(', ')} }
${others.join('\n')}
return copy`
  }

  /**
   * zod asks after the read whether the member is there at all: one that may be undefined is
   * still required, and what a proxy answers for a member it denies is dropped.
   */
  #member(step: string, optional: boolean, name: string, key: string): string {
    if (!optional) return `${step}\nif (!(${key} in value)) return UNFIT`
    return `if (${name} !== undefined || ${key} in value) {
${step}
if (!(${key} in value)) ${name} = undefined
}`
  }

  /** The tag is read once: what chose the option is what leaves. */
  #tagged({ options = [], discriminator = '', unionFallback }: ZodDef): string {
    const seen = new Set<unknown>()
    const branches = options.map((option) => {
      const { def } = option._zod
      if (knownSchema(option) !== 'Object' || (def.checks?.length ?? 0) > 0)
        throw new NotUnderstood()
      const tag = Object.hasOwn(def.shape ?? {}, discriminator) && def.shape?.[discriminator]
      if (!tag) throw new NotUnderstood()
      const values = valuesOf(tag, knownSchema(tag))
      for (const value of values) {
        if (value === undefined || seen.has(value)) throw new NotUnderstood()
        seen.add(value)
      }
      const copy = this.#function('value, depth, tag', () => this.#object(def, discriminator))
      return `if (${this.#oneOf(values, 'tag')}) return ${copy}(value, depth, tag)`
    })
    if (unionFallback === true) throw new NotUnderstood()
    return `if (typeof value !== 'object' || value === null || isArray(value)) return UNFIT
const tag = value[${this.#constant(discriminator)}]
${branches.join('\n')}
return UNFIT`
  }

  #call(node: ZodNode, name: string, body: () => string): string {
    const known = this.#named.get(node)
    const copy = known ?? this.#function('value, depth', body, node)
    return `${name} = ${copy}(${name}, depth + 1)\n${unless(`${name} !== UNFIT`)}`
  }

  #function(parameters: string, body: () => string, node?: ZodNode): string {
    const index = this.#functions.push('') - 1
    const name = `copy${index}`
    if (node !== undefined) this.#named.set(node, name)
    this.#functions[index] = `function ${name}(${parameters}) {
if (depth > ${MAX_DEPTH}) return UNFIT
${body()}
}`
    return name
  }

  /** Plain values as literals; JSON escapes whatever could end a string literal. */
  #constant(value: unknown): string {
    if (value === undefined) return 'undefined'
    if (value === null || (typeof value !== 'object' && typeof value !== 'function'))
      return JSON.stringify(value)
    this.#constants.push(value)
    return `constants[${this.#constants.length - 1}]`
  }
}

const WITH_CHECKS: ReadonlySet<KnownSchema> = new Set([
  'String',
  'StringFormat',
  'Number',
  'NumberFormat',
  'Array',
])

/** zod's own word for what may be absent; there is a third rung, of those that put something in. */
function isOptional({ _zod: { optin, optout } }: ZodNode): boolean {
  if (optin === undefined) return false
  if (optin !== 'optional' || optout !== 'optional') throw new NotUnderstood()
  return true
}

function unless(test: string): string {
  return `if (!(${test})) return UNFIT`
}
