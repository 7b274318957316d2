import { isJsonMediaType } from '../../base/json/json-media-type.ts'
import type { AnswerForm } from '../../contract/call/action.ts'
import { jsonKinds } from '../../contract/json-schema/kinds.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'

/**
 * The one place that decides between text and JSON: the server and its description both read what
 * it says, so that neither claims what the other does not do (FND-6).
 *
 * @param outputSchema `null` when the schema's library offers no JSON Schema
 * @param contentType what the route or the app sets; `null` for none, `undefined` when neither does
 */
export function answerForm(
  hasReturns: boolean,
  outputSchema: JsonSchema | null,
  contentType: string | null | undefined,
): AnswerForm {
  if (!hasReturns) return 'by-value'
  // A page is text whatever else its schema admits, and bare text under a JSON type is no JSON.
  if (typeof contentType === 'string') return isJsonMediaType(contentType) ? 'json' : 'text'
  const kinds = jsonKinds(outputSchema ?? {})
  const isText = [...kinds].every((kind) => kind === 'string' || kind === 'null')
  return isText && kinds.has('string') ? 'text' : 'json'
}
