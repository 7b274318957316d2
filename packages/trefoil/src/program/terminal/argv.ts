import { failure, type Result, success } from '../../base/result.ts'
import { deeper, parseStrictJson, type StrictJsonLimits } from '../../base/strict-json.ts'
import { decodeScalar } from '../../contract/decode-text.ts'
import type { JsonSchema } from '../../contract/schema.ts'

/** Flags of the program that may stand after the action's name; all others are arguments (W-2). */
export const RESERVED_FLAGS: ReadonlySet<string> = new Set([
  'dry-run',
  'approval',
  'arg',
  'args-json',
  'json',
  'help',
])

/** One argument as typed, its value still text. */
export interface GivenArgument {
  /** `flag`: `--name`; `arg`: `--arg name=value`; `plain`: `--name` after `--`. */
  readonly form: 'flag' | 'arg' | 'plain'
  /** Name after `--`; for `arg` everything after `--arg`. */
  readonly name: string
  /** `null` for a flag that stands alone. */
  readonly text: string | null
}

/** How one argument of an action is written on the command line. */
export interface ActionFlag {
  /** Argument name. */
  readonly name: string
  /** Name after `--`; `null` when only `--arg name=value` reaches it. */
  readonly flag: string | null
  readonly schema: JsonSchema
  /** The values the schema accepts, one entry per alternative. */
  readonly shapes: readonly Shape[]
  readonly required: boolean
}

/** The flags of an action, in the order of its schema. */
export function actionFlags(schema: JsonSchema): readonly ActionFlag[] {
  const properties = Object.entries(membersOf(schema['properties']))
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : [])
  const keys = new Set(properties.map(([name]) => name))
  const kebabs = properties.map(([name]) => kebab(name))
  const counts = new Map<string, number>()
  for (const short of kebabs) counts.set(short, (counts.get(short) ?? 0) + 1)
  const total = { left: ACTION_BUDGET }
  return properties.map(([name, property], index) => {
    const short = kebabs[index] ?? name
    const taken = short !== name && (keys.has(short) || (counts.get(short) ?? 0) > 1)
    const flag = taken || !FLAG.test(short) ? name : short
    return {
      name,
      flag: RESERVED_FLAGS.has(short) || !FLAG.test(flag) ? null : flag,
      schema: membersOf(property),
      shapes: shapesOf(property, schema, new Budget(BUDGET, total)),
      required: required.has(name),
    }
  })
}

const FLAG = /^[^\s\p{Cc}=-][^\s\p{Cc}=]*$/u

function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase()
}

/**
 * Turns arguments as typed into the arguments of a call, each by the type its schema declares,
 * never by what the text looks like (W-19): text stays text wherever text is accepted.
 *
 * @param schema `input_schema` of the action
 * @param limits of the JSON that all arguments together are
 * @returns arguments by name, or the reason
 */
export function parseActionArgs(
  given: readonly GivenArgument[],
  schema: JsonSchema,
  limits: StrictJsonLimits = {},
): Result<Record<string, unknown>, string> {
  const flags = actionFlags(schema)
  // Each value is one level inside the object of all.
  const reading: Reading = { root: schema, limits: deeper(limits, -1) }
  const texts = new Map<ActionFlag, string[]>()
  for (const argument of given) {
    const found = locate(argument, flags)
    if (!found.ok) return found
    const { flag, text } = found.value
    const earlier = texts.get(flag)
    if (earlier === undefined) texts.set(flag, [text])
    else if (flag.shapes.some((shape) => shape.kind === 'array')) earlier.push(text)
    else return failure(`${labelOf(flag)} is given twice`)
  }
  const entries: [string, unknown][] = []
  for (const [flag, values] of texts) {
    const value = typedValue(values, flag.shapes, reading)
    if (!value.ok) return failure(`${labelOf(flag)} ${value.error}`)
    entries.push([flag.name, value.value])
  }
  // `fromEntries` makes an own member even of `__proto__`, which an assignment would not.
  return success(Object.fromEntries(entries))
}

interface Located {
  readonly flag: ActionFlag
  readonly text: string
}

function locate(given: GivenArgument, flags: readonly ActionFlag[]): Result<Located, string> {
  if (given.form === 'arg') return locatePair(given.name, flags)
  const flag = flagNamed(given.name, flags)
  if (flag !== undefined) {
    if (given.form === 'flag' && RESERVED_FLAGS.has(kebab(flag.name))) {
      return failure(
        `--${given.name} is too close to a flag of the program: write --arg ${flag.name}=value`,
      )
    }
    if (given.text !== null) return success({ flag, text: given.text })
    if (isBoolean(flag)) return success({ flag, text: 'true' })
    return failure(missingValue(`--${given.name}`))
  }
  const positive = given.name.startsWith('no-') ? flagNamed(given.name.slice(3), flags) : undefined
  if (positive !== undefined && isBoolean(positive)) {
    if (given.text !== null) return failure(`--${given.name} takes no value`)
    return success({ flag: positive, text: 'false' })
  }
  const names = flags.slice(0, MAX_NAMED).map(labelOf).join(', ')
  const known = flags.length > MAX_NAMED ? `${names} and ${flags.length - MAX_NAMED} more` : names
  const fix = known === '' ? 'this action takes no arguments' : `this action takes ${known}`
  return failure(`Unknown action argument --${given.name}: ${fix}`)
}

/** Arguments named in one message. */
const MAX_NAMED = 30

function flagNamed(name: string, flags: readonly ActionFlag[]): ActionFlag | undefined {
  const exact = flags.find((flag) => flag.name === name)
  if (exact !== undefined) return exact
  const short = flags.filter((flag) => kebab(flag.name) === name)
  return short.length === 1 ? short[0] : undefined
}

/** `name=value`; a name may hold `=` itself, so the longest declared one wins. */
function locatePair(pair: string, flags: readonly ActionFlag[]): Result<Located, string> {
  let flag: ActionFlag | undefined
  for (const candidate of flags) {
    const longer = flag === undefined || candidate.name.length > flag.name.length
    if (longer && pair.startsWith(`${candidate.name}=`)) flag = candidate
  }
  if (flag !== undefined) return success({ flag, text: pair.slice(flag.name.length + 1) })
  const equals = pair.indexOf('=')
  if (equals < 0) return failure('--arg is written as --arg name=value')
  return failure(`Unknown action argument ${quote(pair.slice(0, equals))} in --arg`)
}

/** How the argument is named in messages. */
export function labelOf(flag: ActionFlag): string {
  return flag.flag === null ? `--arg ${flag.name}=…` : `--${flag.flag}`
}

function isBoolean(flag: ActionFlag): boolean {
  return flag.shapes.some((shape) => shape.kind === 'boolean')
}

/** Says what to do about a flag without its value. */
export function missingValue(flag: string): string {
  return `Missing value for ${flag}; a value that starts with -- is written as ${flag}=value`
}

/** Text of a caller in a message, control characters escaped. */
export function quote(text: string): string {
  return JSON.stringify(text)
}

type Kind = 'any' | 'string' | 'null' | 'boolean' | 'integer' | 'number' | 'array' | 'object'

/** One alternative of a schema. */
export interface Shape {
  readonly kind: Kind
  /** From `enum` and `const`; `null` when every value of the kind will do. */
  readonly values: readonly unknown[] | null
  readonly schema: JsonSchema
}

/** Schemas looked at for one argument, and for all arguments of an action. */
const BUDGET = 200
const ACTION_BUDGET = 20_000
/** Listed values that count as one schema. */
const VALUES_A_STEP = 100

/** What may still be looked at: of one argument, and of all together. */
class Budget {
  #left: number
  readonly #total: { left: number }

  constructor(left: number, total: { left: number }) {
    this.#left = left
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
function shapesOf(
  schema: unknown,
  root: JsonSchema,
  budget: Budget = new Budget(BUDGET, { left: ACTION_BUDGET }),
): readonly Shape[] {
  if (!budget.spend(1) || typeof schema !== 'object' || schema === null) return ANY
  const members = membersOf(schema)
  const { $ref, type, allOf, enum: values } = members
  if (typeof $ref === 'string') return shapesOf(resolve($ref, root), root, budget)
  const union = members['anyOf'] ?? members['oneOf']
  if (Array.isArray(union)) {
    return union.slice(0, BUDGET).flatMap((item) => shapesOf(item, root, budget))
  }
  if (Array.isArray(values)) {
    // Many arguments may refer to one long list.
    return budget.spend(values.length / VALUES_A_STEP) ? enumerated(values, members) : ANY
  }
  if ('const' in members) return enumerated([members['const']], members)
  const kinds = (Array.isArray(type) ? type : [type]).filter(isKind)
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

function kindOf(value: unknown): Kind {
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

const EXPECTED: Readonly<Record<Kind, string>> = {
  any: 'anything',
  string: 'text',
  null: 'null',
  boolean: 'true or false',
  integer: 'an integer within ±2^53, such as 10',
  number: 'a number, such as 10 or 2.5',
  array: 'a JSON array, or one flag per item',
  object: 'a JSON object',
}

/** What the values of one command line are read by. */
interface Reading {
  readonly root: JsonSchema
  readonly limits: StrictJsonLimits
}

function typedValue(
  texts: readonly string[],
  shapes: readonly Shape[],
  reading: Reading,
  isItem = false,
): Result<unknown, string> {
  const [text] = texts
  if (text === undefined || texts.length > 1) return itemsOf(texts, shapes, reading)
  const kinds = new Set(shapes.map((shape) => shape.kind))
  const strings = shapes.filter(({ kind }) => kind === 'string')
  if (kinds.has('any') || strings.some(({ values }) => values === null || values.includes(text))) {
    return success(text)
  }
  if (kinds.has('null') && text === 'null') return success(null)
  const scalar = decodeScalar(
    SCALARS.filter((kind) => kinds.has(kind)),
    text,
  )
  if (scalar.ok && isExact(scalar.value)) return success(scalar.value)
  const isJson = isItem || text.trimStart().startsWith('[')
  if (kinds.has('array') && !isJson) return itemsOf(texts, shapes, reading)
  if (kinds.has('array') || kinds.has('object')) {
    const json = parseStrictJson(text, reading.limits)
    if (!json.ok) return failure(`${expected(kinds)}: ${json.reason}`)
    if (kinds.has(kindOf(json.value))) return success(json.value)
  }
  // Not one of the listed texts: the app says which ones there are.
  return strings.length > 0 ? success(text) : failure(expected(kinds))
}

/** Each text is one item of an array. */
function itemsOf(
  texts: readonly string[],
  shapes: readonly Shape[],
  reading: Reading,
): Result<unknown, string> {
  const schema = shapes.find(({ kind }) => kind === 'array')?.schema ?? {}
  const leading = Array.isArray(schema['prefixItems']) ? schema['prefixItems'] : []
  const items: unknown[] = []
  const inside: Reading = { ...reading, limits: deeper(reading.limits, -1) }
  for (const [index, text] of texts.entries()) {
    const item: unknown = leading[index] ?? schema['items']
    const value = typedValue([text], shapesOf(item, reading.root), inside, true)
    if (!value.ok) return failure(`item ${index + 1} ${value.error}`)
    items.push(value.value)
  }
  return success(items)
}

// Numbers first: where both are accepted, `1` is the number.
const SCALARS = ['integer', 'number', 'boolean'] as const

/** Beyond 2^53 the number that is sent would not be the number that was typed. */
function isExact(value: unknown): boolean {
  return !Number.isInteger(value) || Number.isSafeInteger(value)
}

function expected(kinds: ReadonlySet<Kind>): string {
  return `must be ${[...kinds].map((kind) => EXPECTED[kind]).join(', or ')}`
}

function membersOf(value: unknown): JsonSchema {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  // Every member is read as unknown, so this widens and claims nothing.
  return isObject ? (value as JsonSchema) : {}
}
