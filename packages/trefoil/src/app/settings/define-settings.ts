import { isRecord } from '../../base/plain/is-record.ts'
import { unknownName } from '../../base/unknown-name.ts'
import { escapeUnseen } from '../../base/unseen-text.ts'
import {
  type Environment,
  givenEnvironment,
  processEnvironment,
} from '../../contract/options/environment.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { isSchema, type OutputOf, type Schema } from '../../contract/params/schema.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { type Misspelt, misspelt } from './misspelt-variables.ts'
import { readSetting, type SettingText } from './read-setting.ts'
import { type SettingField, settingField } from './setting-field.ts'
import { readEnvFile, readSecretFile } from './setting-files.ts'
import { SETTINGS, type SettingsOptions } from './settings-options.ts'
import { isSettingName, variableName } from './variable-name.ts'

/** Settings by name: any Standard Schema each, or `secret()`. */
export type SettingFields = Readonly<Record<string, Schema>>

/** What {@link defineSettings} gives: a frozen object of what the schemas give. */
export type SettingsOf<F extends SettingFields> = { readonly [Name in keyof F]: OutputOf<F[Name]> }

const WHERE = 'defineSettings()'

/**
 * Settings of an app, out of the environment: read once, here, and frozen. Text is read as that of query
 * parameters is, and validated by the schema of its field. The settings are plain values; they change
 * nothing of an app that is not given them (P-SET-1).
 *
 * @param fields schemas by name, such as `{ port: z.int().default(8000), key: secret() }`
 * @throws ImproperlyConfigured with everything that is wrong, a line each: the variable, what was found
 * and what to write; never what a text or a secret holds
 */
export function defineSettings<const F extends SettingFields>(
  fields: F,
  options: SettingsOptions<keyof F & string>,
): SettingsOf<F> {
  const { envPrefix, envFile, variables, env, warn } = readOptions(SETTINGS, options)
  const declared = readFields(fields, envPrefix, variables)
  const mistakes: string[] = []
  /** No mistake, but what explains one. */
  const absent: string[] = []
  const places = [givenEnvironment({ env }) ?? processEnvironment()]
  for (const file of envFile) {
    const read = readEnvFile(file)
    const shown = escapeUnseen(String(file))
    if ('mistake' in read) mistakes.push(`envFile ${shown} ${read.mistake}`)
    else if (read.value !== null) places.push(read.value)
    else absent.push(`${shown} is not there, and was left out`)
  }
  const names = new Set(places.flatMap(Object.keys))
  const known = new Set(declared.flatMap(variablesOfField))
  const isSet = (name: string) => lookUp(places, name) !== null
  const slips = misspelt(names, envPrefix, known, isSet)
  const settings: Record<string, unknown> = {}
  for (const field of declared) {
    const found = find(field, places)
    const reading = 'mistake' in found ? found : readSetting(field, found.value)
    if ('value' in reading) settings[field.name] = reading.value
    else mistakes.push(`${reading.mistake}${slipOf(field, slips)}`)
  }
  if (mistakes.length > 0) {
    const count = mistakes.length === 1 ? 'One setting is' : `${mistakes.length} settings are`
    const lines = [`${count} wrong:`, ...mistakes].join('\n  ')
    throw new ImproperlyConfigured([lines, ...absent].join('\n'))
  }
  for (const { found, meant } of slips) {
    warn(`Environment variable ${found} is not one of the settings; did you mean ${meant}?`)
  }
  // Each was read by the schema of its field.
  return Object.freeze(settings) as SettingsOf<F>
}

function readFields(
  given: unknown,
  prefix: string,
  variables: Readonly<Record<string, string>>,
): readonly SettingField[] {
  const members = readMembers(given)
  const stray = unknownName(variables, Object.fromEntries(members))
  if (stray !== null) {
    throw new ImproperlyConfigured(`${WHERE}: variables: ${stray.replace('option', 'setting')}`)
  }
  const fields: SettingField[] = []
  const owners = new Map<string, string>()
  for (const [name, schema] of members) {
    if (!isSettingName(name)) {
      throw new ImproperlyConfigured(
        `${WHERE}: ${JSON.stringify(name)} cannot be a setting; names are letters, digits and _`,
      )
    }
    if (!asSchema(name, schema)) {
      throw new ImproperlyConfigured(
        `${WHERE}: ${name} must be a Standard Schema such as z.string(), or secret(), got ${valueKind(schema)}`,
      )
    }
    const variable = variables[name] ?? `${prefix}${variableName(name)}`
    const field = settingField(name, variable, schema)
    for (const own of variablesOfField(field)) {
      const other = owners.get(own)
      if (other !== undefined) {
        throw new ImproperlyConfigured(`${WHERE}: ${other} and ${name} would both read ${own}`)
      }
      owners.set(own, name)
    }
    fields.push(field)
  }
  return fields
}

/** Each once: a getter may give another schema the second time. */
function readMembers(given: unknown): readonly (readonly [name: string, schema: unknown])[] {
  if (asSchema('the fields', given)) {
    throw new ImproperlyConfigured(
      `${WHERE} takes an object of schemas, got a schema; write { name: z.string() } for z.object({ name: z.string() }), or hand over its .shape`,
    )
  }
  if (!isRecord(given)) {
    throw new ImproperlyConfigured(
      `${WHERE} takes an object of schemas such as { port: z.int() }, got ${valueKind(given)}`,
    )
  }
  let members: readonly (readonly [string, unknown])[]
  try {
    members = Object.entries(given)
  } catch (cause) {
    throw new ImproperlyConfigured(`${WHERE}: the fields cannot be read`, { cause })
  }
  if (members.length === 0) throw new ImproperlyConfigured(`${WHERE} takes at least one setting`)
  return members
}

/** Asked of anything in JavaScript: a proxy may throw. */
function asSchema(what: string, value: unknown): value is Schema {
  try {
    return isSchema(value)
  } catch (cause) {
    throw new ImproperlyConfigured(`${WHERE}: ${what} cannot be read`, { cause })
  }
}

function variablesOfField({ variable, isSecret }: SettingField): readonly string[] {
  return isSecret ? [variable, `${variable}_FILE`] : [variable]
}

function lookUp(places: readonly Environment[], name: string): string | null {
  for (const place of places) {
    const text = Object.hasOwn(place, name) ? place[name] : undefined
    if (text !== undefined) return text
  }
  return null
}

type Found = { readonly value: SettingText | null } | { readonly mistake: string }

/** A secret may stand in a file that its variable names, as containers and systemd hand them over. */
function find({ variable, isSecret }: SettingField, places: readonly Environment[]): Found {
  if (!isSecret) return own(variable, places)
  const source = `${variable}_FILE`
  // Of one place: a file of the real environment counts before a secret in `.env`.
  for (const place of places) {
    const text = lookUp([place], variable)
    const file = lookUp([place], source)
    if (text !== null && file !== null) {
      return { mistake: `${variable} and ${source} are both set; keep one of them` }
    }
    if (text !== null) return { value: { source: variable, text } }
    if (file === null) continue
    if (file.trim() === '')
      return { mistake: `${source} is empty; set it to a path, or leave it out` }
    const read = readSecretFile(file.trim())
    // Not the path: whoever mixed the two variables up has put the secret there (FND-38).
    return 'mistake' in read
      ? { mistake: `${source} ${read.mistake}` }
      : { value: { source, text: read.value } }
  }
  return { value: null }
}

function own(variable: string, places: readonly Environment[]): Found {
  const text = lookUp(places, variable)
  return { value: text === null ? null : { source: variable, text } }
}

function slipOf(field: SettingField, slips: readonly Misspelt[]): string {
  const slip = slips.find(({ meant }) => variablesOfField(field).includes(meant))
  return slip === undefined ? '' : `; ${slip.found} is set: is that a misspelling of it?`
}
