import { parseStrictJson } from '../../base/json/strict-json.ts'
import { deepFreeze } from '../../base/plain/freeze.ts'
import { isPromiseLike } from '../../base/promise.ts'
import { escapeUnseen } from '../../base/unseen-text.ts'
import { plainResult } from '../../contract/call/answered-now.ts'
import type { Reading } from '../../contract/options/option-kind.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { decodeText } from '../../contract/params/decode-text.ts'
import type { ParamSpec, ScalarKind } from '../../contract/params/param-spec.ts'
import type { SchemaIssue } from '../../contract/params/schema.ts'
import { validatorOf } from '../../contract/params/validate.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { SettingField } from './setting-field.ts'

/** What a variable held, and where it is from. */
export interface SettingText {
  /** The variable that was set, which names a file for `…_FILE`. */
  readonly source: string
  readonly text: string
}

/**
 * Makes of the text of a variable what its schema gives; {@link Reading.mistake} is a whole sentence.
 *
 * @param found `null` where the variable is not set
 */
export function readSetting(field: SettingField, found: SettingText | null): Reading<unknown> {
  if (found === null) {
    return field.absence === 'refused'
      ? { mistake: `${field.variable} is not set; ${howToSet(field)}` }
      : validate(field, field.absence, `${field.variable} is not set`, '')
  }
  const text = found.text.trim()
  // A template that was not filled in must not mean the default (APP-3).
  if (text === '') {
    return { mistake: `${found.source} is empty; ${howToSet(field)}, or leave it out` }
  }
  const what = `${found.source} ${shown(field, text)}`
  const decoded = decode(field, text)
  if ('mistake' in decoded) return { mistake: `${what}; ${decoded.mistake}` }
  return validate(field, decoded.value, what, text)
}

function howToSet(field: SettingField): string {
  const { isSecret, variable, description } = field
  const what = isSecret
    ? `set it, or ${variable}_FILE to the path of a file that holds it`
    : `set it to ${words(field)}`
  return description === null ? what : `${what} (${cut(description)})`
}

/** `write …`, of what it takes. */
function words({ text, words: choices, isSecret }: SettingField): string {
  if (isSecret) return 'a secret'
  if (choices !== null)
    return choices.length === 1 ? `${choices[0]}` : `one of ${choices.join(', ')}`
  if (text === 'json') return 'JSON'
  if (text === 'text') return 'text'
  const kinds = text.kinds.map((kind) => WORDS[kind]).join(' or ')
  return text.list ? `${kinds}, commas between several` : kinds
}

const WORDS: Readonly<Record<ScalarKind, string>> = {
  boolean: 'true or false',
  integer: 'a whole number',
  number: 'a number',
  string: 'text',
}

function decode(field: SettingField, text: string): Reading<unknown> {
  const { text: reading } = field
  if (reading === 'text') return { value: text }
  const isJson = reading === 'json' || (reading.list && text.startsWith('['))
  if (isJson) {
    const json = parseStrictJson(text)
    return json.ok ? { value: json.value } : { mistake: `write ${words(field)}` }
  }
  const items = reading.list ? text.split(',').map((item) => item.trim()) : [text]
  if (items.includes('')) return { mistake: 'it has an empty entry between its commas' }
  const decoded = decodeText(specOf(field, reading), items)
  return decoded.ok ? { value: decoded.value } : { mistake: `write ${words(field)}` }
}

/** Text is read by the grammar of parameters, which asks for little of this. */
function specOf(
  { variable, schema }: SettingField,
  { kinds, list }: { readonly kinds: readonly ScalarKind[]; readonly list: boolean },
): ParamSpec {
  return {
    name: variable,
    source: 'query',
    wire: variable,
    schema,
    jsonSchema: {},
    text: kinds,
    list,
    required: true,
    sensitive: false,
    description: null,
  }
}

function validate(
  field: SettingField,
  given: unknown,
  what: string,
  text: string,
): Reading<unknown> {
  const { words: choices } = field
  const unsaid = isHidden(field) || text.length > SHOWN ? stringsIn(given, text) : []
  let said: Answer | null
  try {
    said = answerOf(field.schema, given)
  } catch (error) {
    // What foreign code throws may quote the value; what duration() and size() say does not (FND-38).
    const why =
      error instanceof ImproperlyConfigured
        ? without(error.message.replace(/^(?:duration|size)\(\): text |, got .*$/g, ''), unsaid)
        : 'its schema threw an error'
    return { mistake: `${what}: ${why}` }
  }
  if (said === null) {
    return { mistake: `${field.variable}: its schema answers later; settings are read at once` }
  }
  if (!('problems' in said)) return { value: deepFreeze(said.value) }
  if (choices !== null) return { mistake: `${what}; write ${words(field)}` }
  // Of a secret no more than one rule: which of them it kept tells of it.
  const problems = field.isSecret ? said.problems.slice(0, 1) : said.problems
  const sentences = problems.map(({ at, message }) => `${at}${cut(without(message, unsaid))}`)
  return { mistake: `${what}: ${sentences.join('; ') || 'refused by its schema'}` }
}

type Answer = { readonly value: unknown } | { readonly problems: readonly SettingProblem[] }

interface SettingProblem {
  /** `entry 2: ` of a list. */
  readonly at: string
  readonly message: string
}

/**
 * Read to the end, here: what a schema of somebody else's gives may be no answer, or throw when it is looked at.
 *
 * @returns `null` where it would have to be waited for
 */
function answerOf(schema: SettingField['schema'], value: unknown): Answer | null {
  const given = validatorOf(schema)(value)
  if (isPromiseLike(given)) {
    // Nobody waits for it, and a rejection nobody handles ends the process.
    given.then(undefined, () => {})
    return null
  }
  const result = plainResult(given)
  if (result.issues === undefined) return result
  return { problems: result.issues.map(problemOf) }
}

function problemOf({ path, message }: SchemaIssue): SettingProblem {
  const [first] = path ?? []
  const key = typeof first === 'object' ? first.key : first
  return { at: typeof key === 'number' ? `entry ${key + 1}: ` : '', message: String(message) }
}

/** Longest text that is shown: shorter than a secret (`secret()` wants 16 bytes). */
const SHOWN = 15
/** Longest sentence of a schema. */
const MOST = 200
const SECRET_NAME = /secret|passw|passphrase|token|credential|key|pin$|salt|pepper/i

/**
 * Only what is short and was to be a number, a flag or one of some words: a text may be anything, the
 * secret of another variable too (FND-38).
 */
function isHidden({ isSecret, name, text, words: choices }: SettingField): boolean {
  if (isSecret || SECRET_NAME.test(name)) return true
  if (choices !== null) return false
  return typeof text === 'string' || text.kinds.includes('string')
}

function shown(field: SettingField, text: string): string {
  // Not even its length, of a secret.
  if (field.isSecret) return 'is refused'
  return isHidden(field) || text.length > SHOWN
    ? `holds ${valueKind(text)}`
    : `is '${escapeUnseen(text)}'`
}

/** What a schema's own words may repeat of what it was given: all of it, its words, what JSON made of them. */
function stringsIn(given: unknown, text: string): readonly string[] {
  const found = new Set<string>()
  const add = (part: string) => {
    for (const piece of [part, ...part.split(/[\s,:"[\]{}]+/)]) {
      if (piece.length >= 4) found.add(piece)
    }
  }
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) {
      add(String(value))
      return
    }
    for (const [key, member] of Object.entries(value)) {
      if (!Array.isArray(value)) add(key)
      walk(member)
    }
  }
  add(text)
  walk(given)
  // The longest first: what is in it would leave the rest of it.
  return [...found].sort((one, other) => other.length - one.length)
}

function without(message: string, unsaid: readonly string[]): string {
  return unsaid.reduce((words, part) => words.replaceAll(part, '…'), message)
}

function cut(text: string): string {
  const line = escapeUnseen(text)
  return line.length > MOST ? `${line.slice(0, MOST)}…` : line
}
