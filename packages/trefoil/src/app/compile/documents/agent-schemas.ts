import { inlineReferences } from '../../../contract/json-schema/inline.ts'
import { referenceOf, someSchema } from '../../../contract/json-schema/references.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'

/**
 * Keywords by which MCP clients do something other than describing, and what says it instead. A client that is told of
 * `x-mcp-header` repeats the argument in a header that gateways go by; nothing holds what a schema says of it to the
 * argument, so a caller could pass a gateway under a false name.
 */
const PROTOCOL_KEYWORDS: Readonly<Record<string, string>> = {
  'x-mcp-header': "write the option mcpHeader, as in query(schema, { mcpHeader: 'Region' })",
}

/**
 * What agents are told of an action's arguments and answer must be readable without asking for other
 * documents (FND-43).
 *
 * @throws ImproperlyConfigured naming the action, the argument and the reference or keyword
 */
export function checkAgentSchemas(
  params: readonly ParamSpec[],
  outputSchema: JsonSchema | null,
  where: string,
): void {
  for (const { name, jsonSchema } of params) check(jsonSchema, `${where}, parameter '${name}'`)
  if (outputSchema !== null) check(outputSchema, `${where}, returns`)
}

function check(schema: JsonSchema, where: string): void {
  try {
    // One walk for both: most schemas have neither.
    const hasReferences = someSchema(schema, (one) => {
      refuseProtocolKeywords(one)
      return referenceOf(one) !== undefined
    })
    if (hasReferences) inlineReferences(schema, 'schema')
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ImproperlyConfigured(`${where}: its JSON Schema cannot be given to agents: ${reason}`)
  }
}

function refuseProtocolKeywords(schema: JsonSchema): void {
  for (const [keyword, instead] of Object.entries(PROTOCOL_KEYWORDS)) {
    if (keyword in schema) {
      throw new TypeError(`'${keyword}' is a promise of the server's, not of a schema; ${instead}`)
    }
  }
}
