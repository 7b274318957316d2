import type { Action } from '../contract/action.ts'
import type { JsonSchema } from '../contract/schema.ts'
import { followFragment } from './json-pointer.ts'
import { COMPONENT_PREFIX, type SchemaComponents } from './schema-components.ts'
import { isJsonObject } from './schema-keywords.ts'

/** A status with which an operation succeeds over HTTP. */
export interface SuccessResponse {
  readonly status: number
  readonly description: string
  /** `null` when there is no content, or none is known. */
  readonly content: { readonly mediaType: string; readonly schema: JsonSchema } | null
}

const NO_CONTENT: SuccessResponse = { status: 204, description: 'No content.', content: null }

/**
 * What an operation answers when it succeeds, from its output schema (DOCS-5): text as
 * `text/plain`, `null` as 204, everything else as JSON. Without a schema: 200, content unknown.
 */
export function successResponses(
  action: Action,
  components: SchemaComponents,
  operationId: string,
): readonly SuccessResponse[] {
  const { outputSchema, status } = action
  const description = 'Success.'
  if (outputSchema === null) return [{ status: status ?? 200, description, content: null }]
  const { schema, nullable } = withoutNull(outputSchema)
  if (schema === null) return [NO_CONTENT]
  const moved = components.add(schema, `${operationId}_output`)
  const mediaType = isText(moved, components) ? 'text/plain' : 'application/json'
  const content = action.method === 'HEAD' ? null : { mediaType, schema: moved }
  const success: SuccessResponse = { status: status ?? 200, description, content }
  return nullable ? [success, NO_CONTENT] : [success]
}

/** `null` is sent as 204 without content, so it is not one of the values of the 200. */
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
