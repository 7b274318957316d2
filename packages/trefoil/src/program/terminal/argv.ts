import { deeper, type StrictJsonLimits } from '../../base/json/strict-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { failure, type Result, success } from '../../base/result.ts'
import { SCHEMA_BOUNDS, SchemaBudget, SchemaWalk } from '../../contract/json-schema/walk.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { TextLists } from '../../contract/protocol/action-protocol.ts'
import { type Shape, shapesOf } from './shapes.ts'
import { isMixed, type ListStyle, listValue, type Reading, typedValue } from './typed-value.ts'

/** Flags of the program that may stand after the action's name; all others are arguments (W-2). */
export const RESERVED_FLAGS: ReadonlySet<string> = new Set([
  'dry-run',
  'approval',
  'arg',
  'args-json',
  'answers',
  'request-state',
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
  readonly list: ListStyle
  readonly required: boolean
}

/** The flags of an action, in the order of its schema. */
export function actionFlags(schema: JsonSchema, lists: TextLists = {}): readonly ActionFlag[] {
  const properties = Object.entries(isRecord(schema['properties']) ? schema['properties'] : {})
  const required = new Set(Array.isArray(schema['required']) ? schema['required'] : [])
  const keys = new Set(properties.map(([name]) => name))
  const kebabs = properties.map(([name]) => kebab(name))
  const counts = new Map<string, number>()
  for (const short of kebabs) counts.set(short, (counts.get(short) ?? 0) + 1)
  const action = { left: SCHEMA_BOUNDS.actionSchemas }
  return properties.map(([name, property], index) => {
    const short = kebabs[index] ?? name
    const taken = short !== name && (keys.has(short) || (counts.get(short) ?? 0) > 1)
    const flag = taken || !FLAG.test(short) ? name : short
    return {
      name,
      flag: RESERVED_FLAGS.has(short) || !FLAG.test(flag) ? null : flag,
      schema: isRecord(property) ? property : {},
      shapes: shapesOf(property, new SchemaWalk(schema, new SchemaBudget(action))),
      list: (Object.hasOwn(lists, name) ? lists[name] : undefined) ?? 'json',
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
 * @param lists `text_lists` of the action
 * @param limits of the JSON that all arguments together are
 * @returns arguments by name, or the reason
 */
export function parseActionArgs(
  given: readonly GivenArgument[],
  schema: JsonSchema,
  lists?: TextLists,
  limits: StrictJsonLimits = {},
): Result<Record<string, unknown>, string> {
  const flags = actionFlags(schema, lists)
  // Each value is one level inside the object of all.
  const reading: Reading = { root: schema, limits: deeper(limits, -1) }
  const texts = new Map<ActionFlag, string[]>()
  for (const argument of given) {
    const found = locate(argument, flags)
    if (!found.ok) return found
    const { flag, text } = found.value
    const earlier = texts.get(flag)
    if (earlier === undefined) texts.set(flag, [text])
    else if (flag.list === 'commas') {
      return failure(`${labelOf(flag)} is given twice: write its items with commas between them`)
    } else if (flag.shapes.some((shape) => shape.kind === 'array')) earlier.push(text)
    else return failure(`${labelOf(flag)} is given twice`)
  }
  const entries: [string, unknown][] = []
  for (const [flag, values] of texts) {
    const value =
      flag.list === 'json'
        ? typedValue(values, flag.shapes, reading)
        : listValue(values, flag.list, flag.shapes, reading)
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
  return failure(`Unknown action argument ${quoted(pair.slice(0, equals))} in --arg`)
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
export function quoted(text: string): string {
  return JSON.stringify(text)
}

/**
 * Which of the arguments only the schema can read: those whose flag may be text or something else. The
 * server asks it (FND-12).
 */
export function textArguments(
  values: Readonly<Record<string, unknown>>,
  schema: JsonSchema,
): readonly string[] {
  return actionFlags(schema)
    .filter(({ name, shapes }) => Object.hasOwn(values, name) && isMixed(shapes, schema))
    .map(({ name }) => name)
}
