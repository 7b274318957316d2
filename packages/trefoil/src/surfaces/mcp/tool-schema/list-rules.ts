import { isRecord } from '../../../base/plain/is-record.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { isAnything, oneOf, type Rewrite } from './choices.ts'
import { countAt, schemasAt, textAt } from './read-keyword.ts'
import type { Reader, Rules } from './reader.ts'

/** Any item, for hosts that want to be told something: VS Code drops a list without, Gemini one without a type. */
const ANY_ITEM: JsonSchema = {
  anyOf: ['string', 'number', 'boolean', 'object', 'null'].map((type) => ({ type })),
}

/**
 * What is said about a list. A tuple becomes a list of any of its members: draft 7 knows no
 * `prefixItems` and holds every item to `items`, 2020-12 has no list of `items`, and VS Code, OpenAI and
 * Gemini want one schema. The order is said in words.
 */
export function listRules(schema: JsonSchema, reader: Reader, rewrite: Rewrite): Rules {
  const { members, rest } = partsOf(schema)
  const isClosed = rest === false && members.length > 0
  const parts = rest === undefined ? members : [...members, rest]
  // A tuple that does not end may go on with anything.
  const isOpen = members.length > 0 && rest === undefined
  const made = parts.map(rewrite).filter((part) => part !== null)
  const items = made.length === 0 ? {} : oneOf(made)
  const isAny = isAnything(items) || (isOpen && reader.side === 'output')
  const minItems = countAt(schema, 'minItems')
  const given = countAt(schema, 'maxItems')
  const maxItems = isClosed ? Math.min(given ?? members.length, members.length) : given
  const hints = members.length === 0 ? [] : [orderOf(members.map(rewrite))]
  if (reader.side === 'input' && schema['uniqueItems'] === true) hints.push('No item twice.')
  const keywords = {
    ...(isAny ? (reader.side === 'input' ? { items: { ...ANY_ITEM, ...items } } : {}) : { items }),
    ...(minItems === null ? {} : { minItems }),
    ...(maxItems === null ? {} : { maxItems }),
  }
  return { keywords, hints }
}

interface Parts {
  readonly members: readonly unknown[]
  /** Schema of the items behind them; `undefined` when nothing is said. */
  readonly rest: unknown
}

/** In the words of 2020-12, or of the drafts before. */
function partsOf(schema: JsonSchema): Parts {
  const { items, additionalItems, prefixItems } = schema
  if (Array.isArray(items)) return { members: items, rest: additionalItems }
  const rest = isRecord(items) || items === false ? items : undefined
  return Array.isArray(prefixItems) && prefixItems.length > 0
    ? { members: schemasAt(schema, 'prefixItems'), rest }
    : { members: [], rest }
}

function orderOf(members: readonly (JsonSchema | null)[]): string {
  const names = members.map((member) => {
    const { type } = member ?? {}
    return textAt(member ?? {}, 'title') ?? (typeof type === 'string' ? type : 'any')
  })
  return `In this order: ${names.join(', ')}.`
}
