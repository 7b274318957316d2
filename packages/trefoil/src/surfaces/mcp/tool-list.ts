import type { Action } from '../../contract/action.ts'
import type { Catalogue } from '../../contract/catalogue.ts'
import type { JsonSchema } from '../../contract/schema.ts'

/** The server as MCP clients see it, worked out once. */
export interface ToolList {
  readonly serverInfo: { readonly name: string; readonly version: string }
  readonly instructions: string | null
  /** True when callers must authenticate, so answers may not be shared between them. */
  readonly private: boolean
  /** `tools` array for the modern era, as JSON. */
  readonly modern: string
  /** `tools` array for the legacy era, as JSON. */
  readonly legacy: string
  /** Tools whose structured content legacy clients get wrapped, because it is no object. */
  readonly wrapped: ReadonlySet<string>
}

export function buildToolList(catalogue: Catalogue): ToolList {
  const tools = catalogue.actions.filter((action) => action.exposed.mcp)
  const wrapped = new Set(tools.filter(needsWrapping).map(({ name }) => name))
  return {
    serverInfo: { name: catalogue.name, version: catalogue.version },
    instructions: catalogue.description,
    private: catalogue.covered.mcp,
    modern: JSON.stringify(tools.map((action) => describeTool(action, action.outputSchema))),
    legacy: JSON.stringify(tools.map((action) => describeTool(action, legacyOutput(action)))),
    wrapped,
  }
}

function describeTool(action: Action, outputSchema: JsonSchema | null): object {
  return {
    name: action.name,
    ...(action.title === null ? {} : { title: action.title }),
    description: action.description,
    inputSchema: action.inputSchema,
    ...(outputSchema === null ? {} : { outputSchema }),
    ...(Object.keys(action.hints).length === 0 ? {} : { annotations: action.hints }),
  }
}

function needsWrapping({ outputSchema }: Action): boolean {
  return outputSchema !== null && outputSchema['type'] !== 'object'
}

/** Legacy clients accept only objects as structured content: anything else goes under `result`. */
function legacyOutput(action: Action): JsonSchema | null {
  if (action.outputSchema === null || !needsWrapping(action)) return action.outputSchema
  const { $defs, ...schema } = action.outputSchema
  const result: unknown = JSON.parse(
    JSON.stringify(schema).replaceAll('"$ref":"#"', '"$ref":"#/properties/result"'),
  )
  return {
    type: 'object',
    properties: { result },
    required: ['result'],
    ...($defs === undefined ? {} : { $defs }),
  }
}
