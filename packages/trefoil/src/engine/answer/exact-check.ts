import type { Schema } from '../../contract/schema.ts'

/** `true`: the schema would accept the value and hand it on unchanged. `false`: ask the schema. */
export type ExactCheck = (value: unknown) => boolean

/**
 * A compiled test for values a zod schema would accept *and leave as they are*. Such a value
 * needs no copy, which is what most of a validation costs; about every other value (one member
 * too many, a wrong type, an instance of a class) the schema itself decides, so what leaves and
 * what is reported never depend on this file. Member order is the value's own.
 *
 * @returns `null` for other libraries, for schemas that change a value or run the developer's
 *   code (transforms, defaults, refinements), and where code must not be compiled (strict CSP,
 *   some workers)
 */
export function compileExactCheck(schema: Schema): ExactCheck | null {
  const root = zodNode(schema)
  if (root === null) return null
  try {
    return new Compiler().compile(root)
  } catch {
    // Unknown construct, or no eval here. Slower, not wrong.
    return null
  }
}

/** The parts of zod's documented internals (`zod/v4/core`) that are read here. */
interface ZodNode {
  readonly _zod: {
    readonly def: ZodDef
    readonly traits: ReadonlySet<string>
    readonly version?: { readonly major: number }
  }
  readonly '~standard': Schema['~standard']
}

interface ZodDef {
  readonly type?: string
  readonly check?: string
  readonly checks?: readonly ZodNode[]
  readonly coerce?: boolean
  readonly format?: string
  readonly fn?: unknown
  readonly value?: unknown
  readonly inclusive?: boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly length?: number
  readonly entries?: Readonly<Record<string, unknown>>
  readonly values?: readonly unknown[]
  readonly innerType?: ZodNode
  readonly element?: ZodNode
  readonly shape?: Readonly<Record<string, ZodNode>>
  readonly catchall?: ZodNode
  readonly options?: readonly ZodNode[]
  readonly discriminator?: string
  readonly unionFallback?: boolean
}

function zodNode(schema: Schema): ZodNode | null {
  const node = schema as Partial<ZodNode>
  const known = schema['~standard'].vendor === 'zod' && node._zod?.version?.major === 4
  return known ? (node as ZodNode) : null
}

/** Thrown for whatever this file does not understand completely. */
class Unknown extends Error {}

const INTEGER_RANGES = {
  safeint: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
} as const

const MAX_COMPARISONS = 8

/** What compiled code sees besides its argument. Nothing of a schema is pasted in as code. */
const SCOPE = {
  isArray: Array.isArray,
  isFinite: Number.isFinite,
  isSafeInteger: Number.isSafeInteger,
  prototypeOf: Object.getPrototypeOf,
  objectPrototype: Object.prototype,
  arrayPrototype: Array.prototype,
} as const

class Compiler {
  readonly #functions: string[] = []
  readonly #constants: unknown[] = []
  /** A schema that contains itself calls its own function. */
  readonly #named = new Map<ZodNode, string>()

  compile(root: ZodNode): ExactCheck {
    const test = this.#test(root, 'value')
    const source = `'use strict'
${this.#functions.join('\n')}
return function exactCheck(value) { return ${test} }`
    const make = new Function(...Object.keys(SCOPE), 'constants', source)
    return make(...Object.values(SCOPE), this.#constants) as ExactCheck
  }

  /** A boolean expression over the variable `name`. */
  #test(node: ZodNode, name: string): string {
    const { def } = node._zod
    refuseSubclass(node)
    if (def.coerce === true) throw new Unknown()
    if (def.type !== 'string' && def.type !== 'number' && def.type !== 'array') refuseChecks(node)
    switch (def.type) {
      case 'string':
        return this.#string(node, name)
      case 'number':
        return number(node, name)
      case 'boolean':
        return `typeof ${name} === 'boolean'`
      case 'null':
        return `${name} === null`
      case 'unknown':
      case 'any':
        return 'true'
      case 'enum':
        return this.#oneOf(enumValues(def.entries ?? {}), name)
      case 'literal':
        return this.#oneOf(def.values ?? [], name)
      case 'nullable':
        return `(${name} === null || ${this.#test(inner(def), name)})`
      case 'optional':
        return `(${name} === undefined || ${this.#test(inner(def), name)})`
      case 'array':
        return `${this.#function(node, () => this.#array(node))}(${name})`
      case 'object':
        return `${this.#function(node, () => this.#object(def))}(${name})`
      case 'union':
        return this.#union(def, name)
      default:
        throw new Unknown()
    }
  }

  #string(node: ZodNode, name: string): string {
    const tests = [`typeof ${name} === 'string'`]
    for (const { format, fn, ...check } of checksOf(node)) {
      if (check.check !== 'string_format') tests.push(lengthTest(check, name))
      else if (fn !== undefined) throw new Unknown()
      else return `${this.#constant(unchangedBy(node))}(${name})`
    }
    return `(${tests.join(' && ')})`
  }

  #oneOf(values: readonly unknown[], name: string): string {
    if (values.length > MAX_COMPARISONS) return `${this.#constant(new Set(values))}.has(${name})`
    const tests = values.map((value) => {
      const plain = value === null || typeof value === 'string' || typeof value === 'boolean'
      if (!plain && !Number.isFinite(value)) throw new Unknown()
      return `${name} === ${this.#constant(value)}`
    })
    return tests.length === 0 ? 'false' : `(${tests.join(' || ')})`
  }

  /**
   * zod takes the first option that accepts, and an object option accepts and strips what a
   * later one would have kept. Only options of which at most one can accept are compiled.
   */
  #union(def: ZodDef, name: string): string {
    const options = def.options ?? []
    const exclusive = options.every(({ _zod }) =>
      def.discriminator === undefined
        ? LEAVES.has(_zod.def.type ?? '')
        : TAGS.has(_zod.def.shape?.[def.discriminator]?._zod.def.type ?? ''),
    )
    if (!exclusive || options.length === 0 || def.unionFallback === true) throw new Unknown()
    return `(${options.map((option) => this.#test(option, name)).join(' || ')})`
  }

  #array(node: ZodNode): string {
    const element = this.#test(node._zod.def.element as ZodNode, 'item')
    const lengths = [...checksOf(node)].map(
      (check) => `if (!(${lengthTest(check, 'value')})) return false`,
    )
    return `if (!isArray(value) || prototypeOf(value) !== arrayPrototype) return false
if (value.toJSON !== undefined) return false
${lengths.join('\n')}
for (let index = 0; index < value.length; index++) {
  const item = value[index]
  if (!(${element})) return false
}
return true`
  }

  /**
   * Members that are not in the schema must not leave: they are counted, own and inherited. A
   * class may bring a toJSON, which zod's copy would not have.
   */
  #object(def: ZodDef): string {
    if (def.catchall !== undefined && def.catchall._zod.def.type !== 'never') throw new Unknown()
    const members = Object.entries(def.shape ?? {})
    if (Object.getOwnPropertySymbols(def.shape ?? {}).length > 0) throw new Unknown()
    const required = members.filter(([, { _zod }]) => _zod.def.type !== 'optional').length
    const tests = members.map(([key, member]) => {
      if (key === '__proto__') throw new Unknown()
      const optional = member._zod.def.type === 'optional'
      const test = this.#test(member, 'member')
      const read = `member = value[${this.#constant(key)}]`
      return `${read}\nif (!(${test})) return false${optional ? '\nif (member !== undefined) missing++' : ''}`
    })
    return `if (typeof value !== 'object' || value === null) return false
const prototype = prototypeOf(value)
if ((prototype !== objectPrototype && prototype !== null) || value.toJSON !== undefined) return false
let member
let missing = ${required}
${tests.join('\n')}
for (const _ in value) missing--
return missing === 0`
  }

  #function(node: ZodNode, body: () => string): string {
    const known = this.#named.get(node)
    if (known !== undefined) return known
    const name = `check${this.#named.size}`
    this.#named.set(node, name)
    this.#functions.push(`function ${name}(value) {\n${body()}\n}`)
    return name
  }

  /** Plain values as literals; JSON escapes whatever could end a string literal. */
  #constant(value: unknown): string {
    if (value === null || (typeof value !== 'object' && typeof value !== 'function'))
      return JSON.stringify(value)
    this.#constants.push(value)
    return `constants[${this.#constants.length - 1}]`
  }
}

/** At most one of these accepts a value and none changes it. */
const LEAVES: ReadonlySet<string> = new Set([
  'string',
  'number',
  'boolean',
  'null',
  'enum',
  'literal',
])

/** What tells the options of a discriminated union apart; an optional one would not. */
const TAGS: ReadonlySet<string> = new Set(['literal', 'enum'])

function number(node: ZodNode, name: string): string {
  const tests = [`isFinite(${name})`]
  for (const check of checksOf(node)) {
    if (check.check === 'number_format') tests.push(...formatTests(check.format ?? '', name))
    else tests.push(boundTest(check, name))
  }
  return `(${tests.join(' && ')})`
}

function formatTests(format: string, name: string): string[] {
  if (format === 'float64') return []
  const range = INTEGER_RANGES[format as keyof typeof INTEGER_RANGES]
  if (range === undefined) throw new Unknown()
  return [`isSafeInteger(${name})`, `${name} >= ${range[0]}`, `${name} <= ${range[1]}`]
}

function boundTest({ check, value, inclusive }: ZodDef, name: string): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Unknown()
  if (check === 'greater_than') return `${name} ${inclusive ? '>=' : '>'} ${value}`
  if (check === 'less_than') return `${name} ${inclusive ? '<=' : '<'} ${value}`
  throw new Unknown()
}

function lengthTest({ check, minimum, maximum, length }: ZodDef, name: string): string {
  const bound = (operator: string, limit: number | undefined): string => {
    if (!Number.isSafeInteger(limit)) throw new Unknown()
    return `${name}.length ${operator} ${limit}`
  }
  if (check === 'min_length') return bound('>=', minimum)
  if (check === 'max_length') return bound('<=', maximum)
  if (check === 'length_equals') return bound('===', length)
  throw new Unknown()
}

/** Formats (email, date-time, URL…) are zod's own business, one string at a time. */
function unchangedBy(node: ZodNode): ExactCheck {
  const { validate } = node['~standard']
  return (value) => {
    const result = validate(value)
    return 'value' in result && result.issues === undefined && result.value === value
  }
}

/** A format is schema and check in one. */
function checksOf({ _zod: { def, traits } }: ZodNode): ZodDef[] {
  const checks = (def.checks ?? []).map((check) => {
    refuseSubclass(check)
    return check._zod.def
  })
  return traits.has('$ZodCheck') ? [def, ...checks] : checks
}

function refuseChecks(node: ZodNode): void {
  if (checksOf(node).length > 0) throw new Unknown()
}

/** zod names its own classes `ZodX`, `$ZodX`, `_ZodX`; another class may do anything. */
function refuseSubclass({ _zod }: ZodNode): void {
  for (const trait of _zod.traits) if (!/^[$_]?Zod[A-Z]/.test(trait)) throw new Unknown()
}

function inner({ innerType }: ZodDef): ZodNode {
  if (innerType === undefined) throw new Unknown()
  return innerType
}

/** A numeric TypeScript enum lists its names as well; those are not values. */
function enumValues(entries: Readonly<Record<string, unknown>>): unknown[] {
  if (!Object.values(entries).every((value) => typeof value === 'string')) throw new Unknown()
  return Object.values(entries)
}
