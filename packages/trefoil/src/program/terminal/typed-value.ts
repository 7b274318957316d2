import { deeper, parseStrictJson, type StrictJsonLimits } from '../../base/json/strict-json.ts'
import { failure, type Result, success } from '../../base/result.ts'
import { typeOfValue } from '../../contract/json-schema/types.ts'
import { SchemaWalk } from '../../contract/json-schema/walk.ts'
import { decodeScalar } from '../../contract/params/decode-text.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import { EXPECTED, type Kind, type Shape, shapesOf } from './shapes.ts'

/** What the values of one command line are read by. */
export interface Reading {
  readonly root: JsonSchema
  readonly limits: StrictJsonLimits
}

/** How a list is written: `json` where only its schema says anything. */
export type ListStyle = 'json' | 'repeated' | 'commas'

/**
 * The value of an argument that HTTP reads from text as a list: as HTTP does, item by item, so that one
 * text is one value on both (FND-12). A JSON array is read where none of its items could be that text.
 */
export function listValue(
  texts: readonly string[],
  style: ListStyle,
  shapes: readonly Shape[],
  reading: Reading,
): Result<unknown, string> {
  const [text = ''] = texts
  const isJson = texts.length === 1 && text.trimStart().startsWith('[')
  if (isJson && !itemShapes(shapes, 0, reading.root).some(isText)) {
    return typedValue(texts, shapes, reading)
  }
  return itemsOf(style === 'commas' ? text.split(',') : texts, shapes, reading)
}

/** True where the value, or an item, may be text and may be something else that is typed alike. */
export function isMixed(shapes: readonly Shape[], root: JsonSchema): boolean {
  const isList = shapes.some(({ kind }) => kind === 'array')
  const one = isList ? itemShapes(shapes, 0, root) : shapes
  return one.some(isText) && one.some(({ kind }) => SCALARS.some((scalar) => scalar === kind))
}

function isText({ kind }: Shape): boolean {
  return kind === 'string' || kind === 'any'
}

/** The value of one argument, or the reason why there is none. */
export function typedValue(
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
  if (scalar.ok) return success(scalar.value)
  const isJson = isItem || text.trimStart().startsWith('[')
  if (kinds.has('array') && !isJson) return itemsOf(texts, shapes, reading)
  if (kinds.has('array') || kinds.has('object')) {
    const json = parseStrictJson(text, reading.limits)
    if (!json.ok) return failure(`${expected(kinds)}: ${json.reason}`)
    if (kinds.has(typeOfValue(json.value))) return success(json.value)
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
  const items: unknown[] = []
  const inside: Reading = { ...reading, limits: deeper(reading.limits, -1) }
  for (const [index, text] of texts.entries()) {
    const item = itemShapes(shapes, index, reading.root)
    const value = typedValue([text], item, inside, true)
    if (!value.ok) return failure(`item ${index + 1} ${value.error}`)
    items.push(value.value)
  }
  return success(items)
}

/** What an item may be, in any of the lists that the argument may be. */
function itemShapes(shapes: readonly Shape[], index: number, root: JsonSchema): readonly Shape[] {
  const lists = shapes.filter(({ kind }) => kind === 'array')
  if (lists.length === 0) return shapesOf(undefined, new SchemaWalk(root))
  return lists.flatMap(({ schema }) => {
    const { prefixItems, items } = schema
    const leading: unknown = Array.isArray(prefixItems) ? prefixItems[index] : undefined
    return shapesOf(leading ?? items, new SchemaWalk(root))
  })
}

// Numbers first: where both are accepted, `1` is the number.
const SCALARS = ['integer', 'number', 'boolean'] as const

function expected(kinds: ReadonlySet<Kind>): string {
  return `must be ${[...kinds].map((kind) => EXPECTED[kind]).join(', or ')}`
}
