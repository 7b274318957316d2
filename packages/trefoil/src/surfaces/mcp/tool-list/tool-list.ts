import type { Action } from '../../../contract/call/action.ts'
import type { Catalogue } from '../../../contract/call/catalogue.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import type { VisibleActions } from '../../agent/visible-actions.ts'
import { describedNeed, toolMeta } from '../tool-schema/tool-meta.ts'
import { type LeftOutPattern, toolSchemas } from '../tool-schema/tool-schemas.ts'
import { isAlwaysListed, isFindable } from '../tool-search/always-listed.ts'
import { type Indexed, indexOf } from '../tool-search/rank.ts'
import { SEARCH_TOOLS } from '../tool-search/search-tools.ts'
import { type CallerNeeds, needOfAll, type ToolNeed } from './tool-needs.ts'

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
  /** The same in the words for a caller of these needs; absent where they are the same for all. */
  readonly forNeeds?: (needs: CallerNeeds) => Pick<ListedTool, 'modern' | 'legacy'>
}

/** How clients find tools. */
export type ToolMode = 'list' | 'search'

/** Tools as one caller is told of them. */
export interface CallerTools extends VisibleActions {
  /** `null` where all need the same. */
  readonly needs: CallerNeeds | null
}

/** The list of a caller who sees no more than these, and is told what it needs. */
export function toolsOf(tools: ToolList, { shows, needs }: CallerTools): ToolList {
  const seen = tools.each
    .filter(({ name }) => shows(name))
    .map((tool) => (needs === null ? tool : { ...tool, ...tool.forNeeds?.(needs) }))
  const findable = tools.findable.filter(({ entry }) => shows(entry.name))
  return { ...tools, each: seen, findable, ...listsOf(seen) }
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
    const write = {
      modern: toolWriter(action, schemas.modernInput, schemas.output),
      legacy: toolWriter(action, schemas.input, schemas.legacyOutput),
    }
    const forNeed = (need: ToolNeed) => ({ modern: write.modern(need), legacy: write.legacy(need) })
    return {
      name: action.name,
      ...forNeed(needOfAll(action)),
      isListed: !searches || isAlwaysListed(action),
      forNeeds: (needs) => forNeed(needs.of(action)),
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

/**
 * Writes a tool for whoever needs something for it. Schemas are most of a tool, and are the same for all: they are written once, and
 * what differs is put around them.
 */
function toolWriter(
  action: Action,
  inputSchema: JsonSchema,
  outputSchema: JsonSchema | null,
): (need: ToolNeed) => string {
  const { name, title, hints } = action
  const members = (object: object) => JSON.stringify(object).slice(1, -1)
  const before = members({ name, ...(title === null ? {} : { title }) })
  const after = members({
    inputSchema,
    ...(outputSchema === null ? {} : { outputSchema }),
    ...(Object.keys(hints).length === 0 ? {} : { annotations: hints }),
  })
  return (need) => {
    const description = JSON.stringify(describedNeed(action, need))
    const meta = toolMeta(action, need)
    const last = meta === null ? '' : `,${members({ _meta: meta })}`
    return `{${before},"description":${description},${after}${last}}`
  }
}

const FINDERS = SEARCH_TOOLS.map((tool): ListedTool => {
  const text = JSON.stringify(tool)
  return { name: tool.name, modern: text, legacy: text, isListed: true }
})
