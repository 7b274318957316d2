import type { Action } from '../../../contract/call/action.ts'

/** What is beyond the protocol's own methods, and is said in `capabilities.extensions`. */
export interface Extension {
  readonly id: string
  /** What is advertised; `null` where the app does not use it. */
  settings(actions: readonly Action[]): object | null
}

/** MCP Apps: pages that hosts show beside the answers of tools. */
const UI: Extension = {
  id: 'io.modelcontextprotocol/ui',
  settings: (actions) =>
    actions.some(({ toolMeta }) => toolMeta !== null && 'ui' in toolMeta) ? {} : null,
}

const EXTENSIONS: readonly Extension[] = [UI]

/** `capabilities.extensions`; `null` where none is in use, because older clients know no such member. */
export function extensionsOf(actions: readonly Action[]): Readonly<Record<string, object>> | null {
  const used = EXTENSIONS.flatMap(({ id, settings }): [string, object][] => {
    const said = settings(actions)
    return said === null ? [] : [[id, said]]
  })
  return used.length === 0 ? null : Object.fromEntries(used)
}
