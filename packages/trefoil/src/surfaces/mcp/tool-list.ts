import type { Action } from '../../contract/call/action.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { VisibleActions } from '../agent/visible-actions.ts'
import { toolMeta } from './tool-schema/tool-meta.ts'
import { type LeftOutPattern, toolSchemas } from './tool-schema/tool-schemas.ts'
import { isAlwaysListed, isFindable } from './tool-search/always-listed.ts'
import { type Indexed, indexOf } from './tool-search/rank.ts'
import { SEARCH_TOOLS } from './tool-search/search-tools.ts'

/** The tools as MCP clients see them, worked out once. */
export interface ToolList {
  /** `tools` array for the modern era, as JSON. */
  readonly modern: string
  /** `tools` array for the legacy era, as JSON. */
  readonly legacy: string
  /** Each tool by itself, for callers who do not see all of them; also those that are found and not listed. */
  readonly each: readonly ListedTool[]
  /** Those of them that lists have. */
  readonly listed: readonly ListedTool[]
  /** What there is to find; empty where every tool is listed. */
  readonly findable: readonly Indexed<Action>[]
  /** Tools whose structured content legacy clients get wrapped, because it may be no object. */
  readonly wrapped: ReadonlySet<string>
  /** Tools that advertise what they answer, so that clients insist on structured content. */
  readonly promising: ReadonlySet<string>
  /** Patterns that are missing in it. */
  readonly leftOut: readonly LeftOutPattern[]
}

/** A tool as lists have it. */
export interface ListedTool {
  readonly name: string
  /** JSON text. */
  readonly modern: string
  /** JSON text. */
  readonly legacy: string
  /** False for one that is found by a search alone. */
  readonly isListed: boolean
}

/** How clients find tools. */
export type ToolMode = 'list' | 'search'

/** The list of a caller who sees no more than these. */
export function visibleTools(tools: ToolList, { shows }: VisibleActions): ToolList {
  const seen = tools.each.filter(({ name }) => shows(name))
  return { ...tools, each: seen, ...listsOf(seen) }
}

function listsOf(each: readonly ListedTool[]): Pick<ToolList, 'listed' | 'modern' | 'legacy'> {
  const listed = each.filter(({ isListed }) => isListed)
  const joined = (era: 'modern' | 'legacy') => `[${listed.map((tool) => tool[era]).join(',')}]`
  return { listed, modern: joined('modern'), legacy: joined('legacy') }
}

export function buildToolList(catalogue: Catalogue, mode: ToolMode = 'list'): ToolList {
  const searches = mode === 'search'
  const tools = catalogue.actions
    .filter((action) => action.tool)
    .map((action) => ({ action, schemas: toolSchemas(action) }))
  const namesOf = (some: typeof tools) => new Set(some.map(({ action }) => action.name))
  const own = tools.map(({ action, schemas }): ListedTool => {
    const described = (input: 'input' | 'modernInput', output: 'output' | 'legacyOutput') =>
      JSON.stringify(describeTool(action, schemas[input], schemas[output]))
    return {
      name: action.name,
      modern: described('modernInput', 'output'),
      legacy: described('input', 'legacyOutput'),
      isListed: !searches || isAlwaysListed(action),
    }
  })
  const each = searches ? [...FINDERS, ...own] : own
  return {
    ...listsOf(each),
    each,
    findable: searches ? indexOf(catalogue.actions.filter(isFindable)) : [],
    wrapped: namesOf(tools.filter(({ schemas }) => schemas.wrapped)),
    promising: namesOf(tools.filter(({ schemas }) => schemas.output !== null)),
    leftOut: tools.flatMap(({ schemas }) => schemas.leftOut),
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
    description: describeNeed(action),
    inputSchema,
    ...(outputSchema === null ? {} : { outputSchema }),
    ...(Object.keys(action.hints).length === 0 ? {} : { annotations: action.hints }),
    ...toolMeta(action),
  }
}

/** A model reads the description and nothing else: one that knows asks first, and does not look for a way round. */
function describeNeed({ description, approval }: Action): string | null {
  return approval.mcp
    ? `${description}\n\nNeeds approval: a person must agree to each call.`
    : description
}

const FINDERS = SEARCH_TOOLS.map((tool): ListedTool => {
  const text = JSON.stringify(tool)
  return { name: tool.name, modern: text, legacy: text, isListed: true }
})
