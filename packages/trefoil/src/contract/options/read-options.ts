import { closest } from '../../base/closest.ts'
import { isList, isRecord } from '../../base/plain/is-record.ts'
import { unknownName } from '../../base/unknown-name.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { type Environment, findVariable, type KnownVariables } from './environment.ts'
import type { Reading } from './option-kind.ts'
import { checkOptionNames, type OptionNames } from './option-names.ts'
import {
  type AnyOptionGroup,
  type AnyOptionRow,
  type OptionGroup,
  optionPath,
  REQUIRED,
  variableOf,
} from './option-rows.ts'
import { shownValue } from './option-values.ts'

/** Where options may come from besides code. */
export interface OptionSources {
  /** Default: no variables. */
  readonly env?: Environment
  /** Variables that had other names. */
  readonly renamed?: KnownVariables['renamed']
  /** Is filled with the options that came from a variable: `limits.body` → `TREFOIL_LIMITS_BODY`. */
  readonly used?: Map<string, string>
  /** Is filled with the options that code gave. */
  readonly given?: Set<string>
}

const SOURCES: OptionNames<OptionSources> = { env: true, renamed: true, used: true, given: true }

/**
 * Reads an options object by its rows: explicit option, then variable, then default (APP-5). A
 * variable whose option is given is not even looked at.
 *
 * @param given what the caller handed over: anything, in JavaScript; `undefined` for no options
 * @throws ImproperlyConfigured with everything that is wrong, a line each, naming the option, or the
 * variable it came from
 */
export function readOptions<
  Options,
  Values extends { readonly [Name in keyof Options]-?: unknown },
>(group: OptionGroup<Options, Values>, given: unknown, sources: OptionSources = {}): Values {
  checkOptionNames('readOptions()', sources, SOURCES)
  const mistakes: string[] = []
  // Rows are of the group's own types; walking through them needs none.
  const values = readGroup(group as unknown as AnyOptionGroup, given, sources, mistakes)
  if (mistakes.length > 0) throw new ImproperlyConfigured(mistakes.join('\n'))
  // The compiler held the rows to this type, and each was read by its own.
  return values as Values
}

type Members = Readonly<Record<string, unknown>>

function readGroup(
  group: AnyOptionGroup,
  given: unknown,
  sources: OptionSources,
  mistakes: string[],
): Members {
  const members = readMembers(group, given === undefined ? {} : given, mistakes)
  if (members === null) return {}
  const values: Record<string, unknown> = {}
  for (const [name, row] of Object.entries(group.rows)) {
    values[name] =
      row.group === undefined
        ? readValue(group, name, row, members, sources, mistakes)
        : readInner(row.group, row, members.get(name), sources, mistakes)
  }
  return Object.freeze(values)
}

/** Of a promise or a map nothing would be read, and all of it would be the defaults in silence. */
function isOptions(given: unknown): given is Record<string, unknown> {
  try {
    return isRecord(given) && !(given instanceof Promise) && !(given instanceof Map)
  } catch {
    // Of a proxy that throws whatever it is asked.
    return false
  }
}

/** Each member once: a getter may say something else the second time. */
function readMembers(
  group: AnyOptionGroup,
  given: unknown,
  mistakes: string[],
): ReadonlyMap<string, unknown> | null {
  const where = group.name
  if (!isOptions(given)) {
    const what = where.endsWith(')') ? `${where}: options` : where
    mistakes.push(`${what} must be an object of options, got ${shownValue(given)}`)
    return null
  }
  const members = new Map<string, unknown>()
  try {
    for (const name in given) {
      if (Object.hasOwn(group.rows, name)) continue
      mistakes.push(`${where}: ${strayOption(group, name)}`)
    }
    for (const name of Object.keys(group.rows)) {
      const value = given[name]
      if (value !== undefined || name in given) members.set(name, value)
    }
  } catch (cause) {
    throw new ImproperlyConfigured(`${where}: the options cannot be read`, { cause })
  }
  return members
}

/** What to say of an option that is in no row: where it is now, or what it may have been meant for. */
function strayOption({ rows, moved = {} }: AnyOptionGroup, name: string): string {
  if (Object.hasOwn(moved, name)) return `${name} is now ${moved[name]}`
  const inner = Object.values(rows).find(({ group }) => {
    return group !== undefined && Object.hasOwn(group.rows, name)
  })
  if (inner?.group !== undefined) return suggest(name, optionPath(inner.group, name))
  const old = closest(name, [...Object.keys(rows), ...Object.keys(moved)])
  return old !== null && Object.hasOwn(moved, old)
    ? suggest(name, `${moved[old]}`)
    : `${unknownName({ [name]: true }, rows)}`
}

function suggest(name: string, path: string): string {
  return `unknown option '${name}'; did you mean '${path}'?`
}

/** A group in a group. */
function readInner(
  group: AnyOptionGroup,
  row: AnyOptionRow,
  given: unknown,
  sources: OptionSources,
  mistakes: string[],
): unknown {
  if (given === false && row.off === true) return false
  if (given === undefined && row.default === null && !isSet(group, sources)) return null
  if (given !== undefined && !isOptions(given)) {
    const off = row.off === true ? ', or false for none' : ''
    mistakes.push(`${group.name} must be an object of options${off}, got ${shownValue(given)}`)
    return null
  }
  return readGroup(group, given, sources, mistakes)
}

/** Whether the environment asks for the group. */
function isSet(group: AnyOptionGroup, { env = {}, renamed }: OptionSources): boolean {
  return (group.subject ?? Object.keys(group.rows)).some((name) => {
    const variable = variableOf(group, name)
    return variable !== null && findVariable(env, variable, renamed) !== null
  })
}

function readValue(
  group: AnyOptionGroup,
  name: string,
  row: AnyOptionRow,
  members: ReadonlyMap<string, unknown>,
  sources: OptionSources,
  mistakes: string[],
): unknown {
  const path = optionPath(group, name)
  const said = members.get(name)
  const variable = said === undefined ? lookUp(group, name, members, sources) : null
  if (variable === null) {
    if (said === undefined && row.default === null) return null
    if (said === undefined && row.default === REQUIRED) {
      const own = variableOf(group, name)
      // Named, it comes from somewhere: from `process.env`, where it was not set (FND-52).
      const unset = members.has(name)
        ? 'is undefined; is the variable that it comes from set?'
        : null
      const hint = own === null ? `. ${withoutLinks(row.doc)}` : `; give it, or set ${own}`
      mistakes.push(`${path} ${own === null && unset !== null ? unset : `is missing${hint}`}`)
      return undefined
    }
    if (said !== undefined) sources.given?.add(path)
    return take(row, said === undefined ? row.default : said, path, path, mistakes)
  }
  const { name: source } = variable
  const word = variable.text.trim()
  // Set but empty is a template that was not filled in, and must not mean the default (APP-3).
  const made: Reading<unknown> | undefined =
    word === '' ? { mistake: 'must not be empty' } : row.read?.fromText?.(word)
  if (made === undefined || 'mistake' in made) {
    mistakes.push(`${source} ${made?.mistake ?? 'cannot be a variable'}`)
    return undefined
  }
  sources.used?.set(path, source)
  return take(row, made.value, path, source, mistakes)
}

function lookUp(
  group: AnyOptionGroup,
  name: string,
  members: ReadonlyMap<string, unknown>,
  { env, renamed }: OptionSources,
): ReturnType<typeof findVariable> {
  const own = env === undefined ? null : variableOf(group, name)
  if (env === undefined || own === null) return null
  const { subject = [] } = group
  const { unless } = group.rows[name] ?? {}
  if (unless !== undefined && members.get(unless) !== undefined) return null
  if (subject.includes(name) && subject.some((one) => members.get(one) !== undefined)) return null
  return findVariable(env, own, renamed)
}

/** @param source the option, or the variable it came from: what a mistake names */
function take(
  { read }: AnyOptionRow,
  value: unknown,
  path: string,
  source: string,
  mistakes: string[],
): unknown {
  // Whoever uses it later would throw in words of the language's.
  if (isList(value) === null) {
    mistakes.push(`${source} is a proxy that was revoked`)
    return undefined
  }
  try {
    const reading = read?.read(value, path)
    if (reading !== undefined && 'value' in reading) return reading.value
    mistakes.push(`${source} ${reading?.mistake ?? 'cannot be read'}`)
  } catch (error) {
    // Of a proxy, or a getter, that throws: its own words do not say which option it is.
    if (!(error instanceof ImproperlyConfigured)) {
      throw new ImproperlyConfigured(`${source} cannot be read`, { cause: error })
    }
    mistakes.push(error.message.replaceAll(path, () => source))
  }
  return undefined
}

/**
 * The error with variables in the place of options that came from the environment, because that is
 * where whoever reads it has to look (APP-5). For what is checked once all options are read.
 */
export function nameVariables(error: unknown, used: ReadonlyMap<string, string>): unknown {
  if (!(error instanceof ImproperlyConfigured)) return error
  let message = error.message
  for (const [path, variable] of used) {
    // Options of an app itself are words that a sentence may have: `name`, `version`.
    if (!path.includes('.') && !path.includes(':')) continue
    const pattern = new RegExp(`(?<![\\w.])${path.replaceAll(/[.()]/g, '\\$&')}(?!\\w|\\.\\w)`, 'g')
    message = message.replace(pattern, () => variable)
  }
  return message === error.message ? error : new ImproperlyConfigured(message, { cause: error })
}

/** A line of the documentation, for whoever reads it in a terminal. */
function withoutLinks(doc: string): string {
  return doc.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
}
