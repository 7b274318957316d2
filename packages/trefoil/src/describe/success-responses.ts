import type { Action } from '../contract/action.ts'
import type { JsonSchema } from '../contract/schema.ts'
import { followFragment } from './json-pointer.ts'
import { type HeaderShape, routeHeaders } from './response-headers.ts'
import { COMPONENT_PREFIX, type SchemaComponents } from './schema-components.ts'
import { isJsonObject } from './schema-keywords.ts'

/** A status with which an operation succeeds over HTTP. */
export interface SuccessResponse {
  readonly status: number
  readonly description: string
  readonly headers: readonly HeaderShape[]
  /** `null` when there is no content, or none is known. */
  readonly content: { readonly mediaType: string; readonly schema: JsonSchema } | null
}

const DESCRIPTIONS: ReadonlyMap<number, string> = new Map([
  [201, 'Created.'],
  [202, 'Accepted.'],
  [204, 'No content.'],
])

/**
 * What an operation answers when it succeeds, from its output schema (DOCS-5): text as
 * `text/plain`, `null` as 204 unless the route has a status of its own, everything else as JSON.
 * Without a schema: 200, content unknown.
 */
export function successResponses(
  action: Action,
  components: SchemaComponents,
  operationId: string,
): readonly SuccessResponse[] {
  const { outputSchema } = action
  const headers = routeHeaders(action)
  const answer = (status: number, content: SuccessResponse['content']): SuccessResponse => {
    return { status, description: DESCRIPTIONS.get(status) ?? 'Success.', headers, content }
  }
  const status = action.status ?? 200
  const empty = action.status ?? 204
  if (outputSchema === null) return [answer(status, null)]
  const { schema, nullable } = withoutNull(outputSchema)
  if (schema === null) return [answer(empty, null)]
  const moved = components.add(schema, `${operationId}_output`, 'output')
  const mediaType = isText(moved, components) ? 'text/plain' : 'application/json'
  const hasContent = action.method !== 'HEAD' && status !== 204 && status !== 205
  const success = answer(status, hasContent ? { mediaType, schema: moved } : null)
  if (!nullable) return [success]
  if (empty !== status) return [success, answer(empty, null)]
  return [{ ...success, description: `${success.description} No content for \`null\`.` }]
}

/** `null` is sent without content, so it is not one of the values that are. */
function withoutNull(schema: JsonSchema): { schema: JsonSchema | null; nullable: boolean } {
  const { type } = schema
  if (type === 'null') return { schema: null, nullable: true }
  if (Array.isArray(type) && type.includes('null')) {
    const rest = type.filter((name) => name !== 'null')
    return { schema: { ...schema, type: rest.length === 1 ? rest[0] : rest }, nullable: true }
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const choices = schema[keyword]
    if (!Array.isArray(choices)) continue
    const rest = choices.filter((choice) => !isJsonObject(choice) || choice.type !== 'null')
    if (rest.length === choices.length) continue
    if (rest.length === 0) return { schema: null, nullable: true }
    return { schema: withChoices(schema, keyword, rest), nullable: true }
  }
  return { schema, nullable: false }
}

/** A single choice is lifted out of its list, unless a keyword beside the list would be lost. */
function withChoices(schema: JsonSchema, keyword: string, choices: readonly unknown[]): JsonSchema {
  const [only, second] = choices
  const { [keyword]: _list, ...siblings } = schema
  if (second === undefined && isJsonObject(only)) {
    const clash = Object.keys(only).some((key) => Object.hasOwn(siblings, key))
    if (!clash) return { ...siblings, ...only }
  }
  return { ...siblings, [keyword]: choices }
}

function isText(schema: JsonSchema, components: SchemaComponents): boolean {
  if (schema.type === 'string') return true
  const ref = schema.$ref
  if (typeof ref !== 'string' || !ref.startsWith(COMPONENT_PREFIX)) return false
  const root = { components: { schemas: components.schemas } }
  const target = followFragment(root, ref.slice(1))
  return isJsonObject(target) && target.type === 'string'
}
