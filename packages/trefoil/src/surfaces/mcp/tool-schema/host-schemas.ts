import { isRecord } from '../../../base/plain/is-record.ts'
import { someSchema } from '../../../contract/json-schema/references.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'

/**
 * What a host refuses of a schema, as its own errors say it; `null` for nothing. Asked of schemas that are passed on word
 * for word: all others are put into words that every host reads.
 */
export type Refuses = (document: JsonSchema) => string | null

/** makenotion/notion-mcp-server#341; if, then and else: anthropics/claude-code#95504. */
export const claudeRefuses: Refuses = (document) =>
  firstOf(document, ['oneOf', 'anyOf', 'allOf', 'if', 'then', 'else'])

/** langchain-ai/langchainjs#9804; github/github-mcp-server#1548. */
export const openAiRefuses: Refuses = (document) =>
  firstOf(document, ['oneOf', 'anyOf', 'allOf', 'enum', 'not']) ??
  (isRecord(document['properties']) ? null : 'no properties at the top')

/** google-gemini/gemini-cli#4415; cline/cline#7339. */
export const geminiRefuses: Refuses = (document) => {
  const isWrong = (test: (schema: JsonSchema) => boolean) => someSchema(document, test)
  if (isWrong(({ enum: values }) => Array.isArray(values) && values.some(isNoText))) {
    return 'an enum of other values than text'
  }
  if (isWrong(({ type, items }) => type === 'array' && items === undefined)) {
    return 'a list without items'
  }
  return isWrong(({ type }) => Array.isArray(type)) ? 'a list of types' : null
}

function firstOf(document: JsonSchema, keywords: readonly string[]): string | null {
  const found = keywords.find((keyword) => keyword in document)
  return found === undefined ? null : `'${found}' at the top`
}

function isNoText(value: unknown): boolean {
  return typeof value !== 'string'
}
