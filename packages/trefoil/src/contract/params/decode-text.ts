import { answeredNow } from '../call/answered-now.ts'
import type { ParamSpec, ScalarKind } from './param-spec.ts'

const INTEGER = /^-?(?:0|[1-9][0-9]*)$/
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/
/** Spellings of yes and no, lower-case (BIND-6). */
export const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['1', true],
  ['true', true],
  ['yes', true],
  ['on', true],
  ['0', false],
  ['false', false],
  ['no', false],
  ['off', false],
])

/** A decoded value, or the kind of scalar that the text is not. */
export type DecodedText =
  | { readonly ok: true; readonly value: unknown }
  | {
      readonly ok: false
      readonly kind: ScalarKind
      /** Of a list: every item that is not of that kind, counted from 0. */
      readonly items?: readonly number[]
    }

/**
 * Turns text from a query, path, header, cookie, form or flag into the value its schema speaks
 * of (W-18): integers `-?(0|[1-9][0-9]*)` inside the safe range, numbers by JSON's grammar,
 * booleans as BIND-6, strings verbatim; integers beyond the safe range are no numbers either. The schema then validates it like any JSON.
 *
 * Where text and something else are both possible, the schema is asked first: what it takes as text
 * stays text (`string | number` never changes what was sent), and `5` for `integer | 'all'` is the
 * number that the documents promise (W-33).
 *
 * @param values every value sent under the name, at least one; without a list the last wins
 */
export function decodeText(spec: ParamSpec, values: readonly string[]): DecodedText {
  if (!spec.list) return decodeOne(spec, values[values.length - 1] as string)
  const items: unknown[] = []
  for (const text of values) {
    const item = decodeOne(spec, text)
    if (!item.ok) return { ...item, items: badItems(spec, values) }
    items.push(item.value)
  }
  return { ok: true, value: items }
}

/** All wrong items are reported, not the first alone (W-33a). */
function badItems(spec: ParamSpec, values: readonly string[]): readonly number[] {
  return values.flatMap((text, index) => (decodeOne(spec, text).ok ? [] : [index]))
}

function decodeOne(spec: ParamSpec, text: string): DecodedText {
  if (isMixed(spec) && takesText(spec, text)) return { ok: true, value: text }
  return decodeScalar(spec.text, text)
}

/** A schema that answers later cannot be asked: then the text is read as what it looks like. */
function takesText({ schema, list }: ParamSpec, text: string): boolean {
  if (schema === null) return true
  const result = answeredNow(schema, list ? [text] : text)
  if (result === null) return false
  const issues = result.issues ?? []
  // Of a list only this item is asked about, not whether one item is enough.
  return list ? !issues.some(({ path }) => isFirst(path?.[0])) : issues.length === 0
}

function isFirst(segment: PropertyKey | { readonly key: PropertyKey } | undefined): boolean {
  return (typeof segment === 'object' ? segment.key : segment) === 0
}

/**
 * What a command line sent as text where text is one of several types. It has no schema to ask: asked
 * here, `5` is the value that it is in a query (FND-12). JSON of other types is left as it is.
 */
export function decodeMixed(spec: ParamSpec, value: unknown): unknown {
  if (!isMixed(spec)) return value
  const read = (item: unknown): unknown => {
    const decoded = typeof item === 'string' ? decodeOne(spec, item) : null
    return decoded?.ok === true ? decoded.value : item
  }
  if (!spec.list) return read(value)
  return Array.isArray(value) ? value.map(read) : value
}

/** True where text is one of several types. */
function isMixed({ text: kinds }: ParamSpec): boolean {
  return kinds.length > 1 && kinds[kinds.length - 1] === 'string'
}

/** Beyond 2^53 the number would not be the one that was written; JSON refuses it too. */
function isExact(value: number): boolean {
  return !Number.isInteger(value) || Number.isSafeInteger(value)
}

/** Reads one text as the first kind that fits. */
export function decodeScalar(kinds: readonly ScalarKind[], text: string): DecodedText {
  for (const kind of kinds) {
    const value = readScalar(kind, text)
    if (value !== undefined) return { ok: true, value }
  }
  return { ok: false, kind: kinds[0] ?? 'string' }
}

function readScalar(kind: ScalarKind, text: string): string | number | boolean | undefined {
  switch (kind) {
    case 'string':
      return text
    case 'boolean':
      return BOOLEANS.get(text.toLowerCase())
    case 'integer': {
      const value = INTEGER.test(text) ? Number(text) : Number.NaN
      return Number.isSafeInteger(value) ? value : undefined
    }
    default: {
      const value = NUMBER.test(text) ? Number(text) : Number.NaN
      return Number.isFinite(value) && isExact(value) ? value : undefined
    }
  }
}
