import type { Catalogue } from '../../contract/call/catalogue.ts'
import { extensionsOf } from './methods/extensions.ts'

/** What a client may ask for, by the member of `capabilities` that says so. */
export type Capability = 'tools' | 'resources' | 'prompts' | 'completions' | 'extensions'

/** The server as MCP clients see it. */
export interface ServerFacts {
  readonly serverInfo: { readonly name: string; readonly version: string }
  readonly instructions: string | null
  /** True when callers must authenticate, so answers may not be shared between them. */
  readonly private: boolean
  /** Members in the order of the protocol. Lists never change while the server runs, so nothing is promised of changes. */
  readonly capabilities: Readonly<Partial<Record<Capability, object>>>
}

/** Made from what there is: what is advertised is served, and nothing else is. */
export function serverFacts(catalogue: Catalogue): ServerFacts {
  const { actions } = catalogue
  const hasResources = actions.some(({ resource }) => resource !== null)
  const hasPrompts = actions.some(({ prompt }) => prompt !== null)
  const completes = hasPrompts || actions.some(({ resource }) => resource?.isTemplate === true)
  const extensions = extensionsOf(actions)
  return {
    serverInfo: { name: catalogue.name, version: catalogue.version },
    instructions: catalogue.description,
    private: catalogue.covered.mcp,
    capabilities: {
      // Present without a tool too: clients ask for the list before anything else (MCP-1).
      tools: {},
      ...(hasResources ? { resources: {} } : {}),
      ...(hasPrompts ? { prompts: {} } : {}),
      ...(completes ? { completions: {} } : {}),
      ...(extensions === null ? {} : { extensions }),
    },
  }
}
