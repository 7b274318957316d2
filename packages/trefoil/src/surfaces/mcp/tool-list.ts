import type { Action } from '../../contract/action.ts'
import type { Catalogue } from '../../contract/catalogue.ts'
import type { JsonSchema } from '../../contract/schema.ts'
import { hostWarnings } from './tool-schema/hosts.ts'
import { type LeftOutPattern, toolSchemas } from './tool-schema/tool-schemas.ts'

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
  /** Tools whose structured content legacy clients get wrapped, because it may be no object. */
  readonly wrapped: ReadonlySet<string>
  /** Tools that advertise what they answer, so that clients insist on structured content. */
  readonly promising: ReadonlySet<string>
  /** What a developer should know: sentences without a full stop. */
  readonly warnings: readonly string[]
}

export function buildToolList(catalogue: Catalogue): ToolList {
  const tools = catalogue.actions
    .filter((action) => action.exposed.mcp)
    .map((action) => ({ action, schemas: toolSchemas(action) }))
  const namesOf = (some: typeof tools) => new Set(some.map(({ action }) => action.name))
  const described = (era: 'output' | 'legacyOutput') =>
    JSON.stringify(
      tools.map(({ action, schemas }) => describeTool(action, schemas.input, schemas[era])),
    )
  return {
    serverInfo: { name: catalogue.name, version: catalogue.version },
    instructions: catalogue.description,
    private: catalogue.covered.mcp,
    modern: described('output'),
    legacy: described('legacyOutput'),
    wrapped: namesOf(tools.filter(({ schemas }) => schemas.wrapped)),
    promising: namesOf(tools.filter(({ schemas }) => schemas.output !== null)),
    warnings: [
      ...patternWarnings(tools.flatMap(({ schemas }) => schemas.leftOut)),
      ...hostWarnings(
        catalogue.name,
        tools.map(({ action: { name, params } }) => {
          return { name, arguments: params.map((param) => param.name) }
        }),
      ),
    ],
  }
}

function describeTool(
  action: Action,
  inputSchema: JsonSchema,
  outputSchema: JsonSchema | null,
): object {
  return {
    name: action.name,
    ...(action.title === null ? {} : { title: action.title }),
    description: action.description,
    inputSchema,
    ...(outputSchema === null ? {} : { outputSchema }),
    ...(Object.keys(action.hints).length === 0 ? {} : { annotations: action.hints }),
  }
}

function patternWarnings(leftOut: readonly LeftOutPattern[]): readonly string[] {
  if (leftOut.length === 0) return []
  const spots = leftOut.map(
    ({ tool, argument, pattern }) => `argument '${argument}' of '${tool}' (${pattern})`,
  )
  return [
    `Patterns that not every MCP client can compile are left out of tool schemas: ${spots.join(', ')}; the server checks them all the same. Write them without lookaround, backreferences and Unicode escapes, or say in the description what is meant`,
  ]
}
