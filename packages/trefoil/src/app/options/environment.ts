import { closest } from '../../base/closest.ts'
import type { Logger } from '../../contract/call/logger.ts'
import type { Environment } from '../../contract/options/environment.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { CorsOptions } from '../../policy/cors.ts'
import {
  APP_VARIABLES,
  type EnvironmentVariable,
  PROGRAM_VARIABLES,
  SESSION_VARIABLES,
} from './environment-variables.ts'
import { readVariable } from './read-variable.ts'

export type { Environment }

type Values = Record<string, unknown>

/** Options after the environment has filled the gaps. */
export interface FilledOptions<Options> {
  readonly options: Options
  /** What came from the environment. */
  readonly used: readonly EnvironmentVariable[]
}

/** The environment of this process; empty where there is none, or it may not be read. */
export function processEnvironment(): Environment {
  try {
    return { ...globalThis.process?.env }
  } catch {
    // Deno without the permission to read it.
    return {}
  }
}

/**
 * Options with the variables in place of those that are absent: explicit option, then variable,
 * then default. A variable whose option is given is not even read (APP-5).
 *
 * @throws ImproperlyConfigured naming every variable that is wrong
 */
export function fillFromEnvironment<Options extends object>(
  given: Options,
  env: Environment,
  table: readonly EnvironmentVariable[],
): FilledOptions<Options> {
  const options: Values = Object.fromEntries(Object.entries(given))
  const used: EnvironmentVariable[] = []
  const mistakes: string[] = []
  for (const row of table) {
    const text = env[row.variable]
    if (text === undefined || !isOpen(options, row.option)) continue
    const reading = readVariable(row.kind, text)
    if ('mistake' in reading) {
      mistakes.push(`${row.variable} ${reading.mistake}`)
      continue
    }
    put(options, row.option, reading.value)
    used.push(row)
  }
  if (mistakes.length > 0) throw new ImproperlyConfigured(mistakes.join('\n'))
  // The table names options of this type, and each kind gives what its option takes.
  return { options: options as Options, used }
}

/**
 * {@link fillFromEnvironment} for `createApp`, where the variables of CORS go together, and the
 * log level is not ours to read when the app has a logger of its own.
 */
export function fillAppOptions<
  Options extends { readonly cors?: CorsOptions; readonly logger?: Logger },
>(given: Options, env: Environment): FilledOptions<Options> {
  const { cors } = given
  const namesOrigins = cors?.allowedOrigins ?? cors?.allowedOriginPattern
  const table = APP_VARIABLES.filter(({ option }) => {
    if (option === 'logLevel') return given.logger === undefined
    if (!option.startsWith('cors.')) return true
    // Origins that the code names are all there are: a forgotten pattern must not add to them.
    if (ORIGINS.includes(option)) return namesOrigins === undefined
    // Without an origin there is nothing to configure (S-CORS-1).
    return cors !== undefined || CORS_SWITCHES.some((variable) => env[variable] !== undefined)
  })
  return fillFromEnvironment(given, withoutWildcardMethods(env), table)
}

const ORIGINS: readonly string[] = ['cors.allowedOrigins', 'cors.allowedOriginPattern']
const CORS_SWITCHES: readonly string[] = [
  'TREFOIL_CORS_ALLOW_ORIGINS',
  'TREFOIL_CORS_ALLOW_ORIGIN_REGEX',
]

/** `*` is every method, which is the default; with credentials browsers take it for a name. */
function withoutWildcardMethods(env: Environment): Environment {
  return env['TREFOIL_CORS_ALLOW_METHODS']?.trim() === '*'
    ? { ...env, TREFOIL_CORS_ALLOW_METHODS: undefined }
    : env
}

function isOpen(options: Values, path: string): boolean {
  const [option = '', member] = path.split('.')
  const value = options[option]
  if (value === undefined || member === undefined) return value === undefined
  // `false` switches all of it off.
  return typeof value === 'object' && value !== null && Reflect.get(value, member) === undefined
}

function put(options: Values, path: string, value: unknown): void {
  const [option = '', member] = path.split('.')
  const given = options[option]
  if (member === undefined) options[option] = value
  else options[option] = { ...(typeof given === 'object' ? given : {}), [member]: value }
}

/** Names of the variables that are read without any part. */
export const KNOWN_VARIABLES: ReadonlySet<string> = new Set([
  ...[...APP_VARIABLES, ...SESSION_VARIABLES].map(({ variable }) => variable),
  ...PROGRAM_VARIABLES,
])

/**
 * What the environment says to nobody: a misspelt variable would otherwise be ignored in
 * silence. One sentence each.
 */
export function strayVariables(env: Environment): readonly string[] {
  const known = KNOWN_VARIABLES
  return Object.keys(env)
    .filter((name) => name.startsWith('TREFOIL_') && !known.has(name) && env[name] !== undefined)
    .sort()
    .map((name) => {
      const near = closest(name, known)
      const hint = near === null ? '' : `; did you mean ${near}?`
      return `Environment variable ${name} is not one that Trefoil reads${hint}`
    })
}

/**
 * The error with variables for the names of options that came from the environment, because that
 * is where whoever reads it has to look (APP-5).
 */
export function nameVariables(error: unknown, used: readonly EnvironmentVariable[]): unknown {
  if (!(error instanceof ImproperlyConfigured)) return error
  let message = error.message
  for (const { variable, option } of used) {
    // A single small word may be any word of the sentence; its variable has been checked whole.
    if (/[A-Z]/.test(option)) message = message.replace(wholeName(option), variable)
  }
  const blamed = used.filter(({ option }) => {
    const [group = '', member] = option.split('.')
    return member !== undefined && error.message.toLowerCase().startsWith(`${group} `)
  })
  if (message === error.message && blamed.length > 0) {
    message += ` (${blamed.map(({ variable }) => variable).join(', ')})`
  }
  return message === error.message ? error : new ImproperlyConfigured(message, { cause: error })
}

/** `cors.maxAge` is written `CORS maxAge` in a sentence. */
function wholeName(option: string): RegExp {
  const [group = '', member] = option.split('.')
  return member === undefined
    ? new RegExp(`\\b${group}\\b`, 'g')
    : new RegExp(`\\b${group}[ .]${member}\\b`, 'gi')
}
