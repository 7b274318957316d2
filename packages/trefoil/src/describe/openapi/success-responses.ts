import { mediaTypeEssence } from '../../base/json/json-media-type.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import type { Action } from '../../contract/call/action.ts'
import { answeredNow } from '../../contract/call/answered-now.ts'
import { jsonKinds } from '../../contract/json-schema/kinds.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { SchemaComponents } from '../schema/schema-components.ts'
import { type HeaderShape, routeHeaders } from './header-objects.ts'

/** A status with which an operation succeeds over HTTP. */
export interface SuccessResponse {
  /** `2XX`: any of them, because only the handler knows. */
  readonly status: number | '2XX'
  readonly description: string
  readonly headers: readonly HeaderShape[]
  /** `null` when there is no content. */
  readonly content: SuccessContent | null
}

export interface SuccessContent {
  /** The range of all media types when only the handler knows. */
  readonly mediaType: string
  /** `null` when nothing is known. */
  readonly schema: JsonSchema | null
}

const DESCRIPTIONS: ReadonlyMap<SuccessResponse['status'], string> = new Map<
  SuccessResponse['status'],
  string
>([
  [201, 'Created.'],
  [202, 'Accepted.'],
  [204, 'No content.'],
  ['2XX', 'Success: what the handler returns, under the status it chooses.'],
])

const ANY_TYPE = '*/*'

/**
 * What an operation answers when it succeeds (DOCS-5, FND-6): in the form that the action was
 * compiled to, and nothing (204 unless the route has a status of its own) where its schema admits
 * `null` or `undefined`. Without `returns` nothing is claimed that only the handler knows.
 */
export function successResponses(
  action: Action,
  components: SchemaComponents,
  operationId: string,
): readonly SuccessResponse[] {
  const { answers, outputSchema, status: declared } = action
  const kinds = jsonKinds(outputSchema ?? {})
  const hasValue = answers === 'by-value' || [...kinds].some((kind) => kind !== 'null')
  const mayBeEmpty = kinds.has('null') || acceptsNothing(action)
  const headers = routeHeaders(action)
  const answer = (
    status: SuccessResponse['status'],
    content: SuccessContent | null,
  ): SuccessResponse => {
    return { status, description: DESCRIPTIONS.get(status) ?? 'Success.', headers, content }
  }
  const empty = declared ?? 204
  if (!hasValue) return [answer(empty, null)]
  const status = declared ?? (answers === 'by-value' ? '2XX' : 200)
  const hasContent = action.method !== 'HEAD' && status !== 204 && status !== 205
  const success = answer(status, hasContent ? content(action, components, operationId) : null)
  if (!mayBeEmpty) return [success]
  if (empty !== status) return [success, answer(empty, null)]
  if (!hasContent) return [success]
  return [{ ...success, description: `${success.description} No content for \`null\`.` }]
}

function content(
  { answers, outputSchema, headers }: Action,
  components: SchemaComponents,
  operationId: string,
): SuccessContent {
  const declared = headers?.['content-type']
  const mediaType = typeof declared === 'string' ? mediaTypeEssence(declared) : declared
  if (answers === 'by-value') return { mediaType: mediaType ?? ANY_TYPE, schema: null }
  const schema = components.add(withoutNull(outputSchema ?? {}), `${operationId}_output`, 'output')
  const own = answers === 'text' ? 'text/plain' : 'application/json'
  return { mediaType: mediaType === undefined ? own : (mediaType ?? ANY_TYPE), schema }
}

/** A schema of optional values has the same JSON Schema as one of values. */
function acceptsNothing({ returns }: Action): boolean {
  const result = returns === null ? null : answeredNow(returns, undefined)
  if (result === null || result.issues !== undefined) return false
  return result.value === undefined || result.value === null
}

/** `null` is sent without content, so it is not one of the values that are. */
function withoutNull(schema: JsonSchema): JsonSchema {
  const { type } = schema
  if (Array.isArray(type) && type.includes('null')) {
    const rest = type.filter((name) => name !== 'null')
    return { ...schema, type: rest.length === 1 ? rest[0] : rest }
  }
  for (const keyword of ['anyOf', 'oneOf']) {
    const choices = schema[keyword]
    if (!Array.isArray(choices)) continue
    const rest = choices.filter((choice) => !isRecord(choice) || choice.type !== 'null')
    if (rest.length < choices.length) return withChoices(schema, keyword, rest)
  }
  return schema
}

/** A single choice is lifted out of its list, unless a keyword beside the list would be lost. */
function withChoices(schema: JsonSchema, keyword: string, choices: readonly unknown[]): JsonSchema {
  const [only, second] = choices
  const { [keyword]: _list, ...siblings } = schema
  if (second === undefined && isRecord(only)) {
    const clash = Object.keys(only).some((key) => Object.hasOwn(siblings, key))
    if (!clash) return { ...siblings, ...only }
  }
  return { ...siblings, [keyword]: choices }
}
