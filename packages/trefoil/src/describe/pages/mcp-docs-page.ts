import { compareCodePoints } from '../../base/json/canonical-json.ts'
import type { Action } from '../../contract/call/action.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import type { AboutApp } from '../openapi/about-app.ts'
import { securityEntries } from '../openapi/security-entries.ts'
import { securityNotes } from './auth-facts.ts'
import { connectView } from './connect-view.ts'
import { asksForAuth, type McpContext, type McpKind, mcpEntry } from './mcp-entries.ts'
import { renderPage } from './page-shell.ts'

/** Options of {@link mcpDocsPage}. */
export interface McpDocsPageOptions extends Pick<AboutApp, 'schemes' | 'mountPath'> {
  /** The nonce of `docsCsp`: base64, at least 16 characters, fresh for every answer. */
  readonly nonce: string
  /** Path of the MCP endpoint, `/mcp`. */
  readonly endpoint: string
  /** Where the HTTP API's page is served; default: no link. */
  readonly docsPath?: string
}

/**
 * The `/mcp/docs` page: every tool, resource and prompt, sorted by name (MCP-16), and how programs are connected. One
 * self-contained document for the policy of `docsCsp`, readable with scripts off.
 *
 * @throws TypeError when the nonce is not base64 text of at least 16 characters
 */
export function mcpDocsPage(catalogue: Catalogue, options: McpDocsPageOptions): string {
  const { nonce, docsPath, mountPath = '' } = options
  const endpoint = mountPath + options.endpoint
  const kinds = {
    tool: sorted(catalogue.actions.filter(({ tool }) => tool)),
    resource: sorted(catalogue.actions.filter(({ resource }) => resource !== null)),
    prompt: sorted(catalogue.actions.filter(({ prompt }) => prompt !== null)),
  } as const
  const isSecured = Object.values(kinds)
    .flat()
    .some((action) => asksForAuth(catalogue, action))
  const security = securityEntries(catalogue.covered.mcp || isSecured, options.schemes)
  const context: McpContext = { catalogue, endpoint, security }
  const groups = (Object.keys(HEADINGS) as McpKind[])
    .filter((kind) => kind === 'tool' || kinds[kind].length > 0)
    .map((kind) => ({
      id: `${kind}s`,
      heading: HEADINGS[kind],
      description: null,
      entries: kinds[kind].map((action, index) => mcpEntry(kind, action, index, context)),
    }))
  return renderPage({
    catalogue,
    kind: 'MCP tools',
    nonce,
    notes: securityNotes(security),
    links: [
      ...(docsPath === undefined ? [] : [{ href: mountPath + docsPath, text: 'HTTP API' }]),
      { href: '#connect', text: 'Connect a program' },
    ],
    searchLabel: groups.length === 1 ? 'Find a tool' : 'Find a tool, resource or prompt',
    groups,
    empty: 'No MCP tools are registered yet.',
    after: connectView(endpoint),
  })
}

const HEADINGS: Readonly<Record<McpKind, string>> = {
  tool: 'Tools',
  resource: 'Resources',
  prompt: 'Prompts',
}

function sorted(actions: readonly Action[]): readonly Action[] {
  return actions.toSorted((left, right) => compareCodePoints(left.name, right.name))
}
