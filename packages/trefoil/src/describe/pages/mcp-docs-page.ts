import { compareCodePoints } from '../../base/json/canonical-json.ts'
import type { Action } from '../../contract/call/action.ts'
import { type Catalogue, isGuarded, requiresAuth } from '../../contract/call/catalogue.ts'
import type { AboutApp } from '../openapi/about-app.ts'
import { type SecurityEntry, securityEntries } from '../openapi/security-entries.ts'
import { exampleOf } from '../schema/example.ts'
import { authFacts, securityNotes } from './auth-facts.ts'
import { type Html, html } from './escaped-html.ts'
import { jsonView } from './json-view.ts'
import { type PageEntry, renderPage } from './page-shell.ts'
import { prose } from './prose.ts'

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
 * The `/mcp/docs` page: every tool, sorted by name (MCP-16). One self-contained document for
 * the policy of `docsCsp`, readable with scripts off.
 *
 * @throws TypeError when the nonce is not base64 text of at least 16 characters
 */
export function mcpDocsPage(catalogue: Catalogue, options: McpDocsPageOptions): string {
  const { nonce, docsPath, mountPath = '' } = options
  const endpoint = mountPath + options.endpoint
  const tools = catalogue.actions
    .filter((action) => action.tool)
    .sort((left, right) => compareCodePoints(left.name, right.name))
  const isSecured = tools.some((tool) => asksForAuth(catalogue, tool))
  const security = securityEntries(catalogue.covered.mcp || isSecured, options.schemes)
  const context: ToolContext = { catalogue, endpoint, security }
  return renderPage({
    catalogue,
    kind: 'MCP tools',
    nonce,
    notes: securityNotes(security),
    links: docsPath === undefined ? [] : [{ href: mountPath + docsPath, text: 'HTTP API' }],
    searchLabel: 'Find a tool',
    groups: [
      {
        id: 'tools',
        heading: 'Tools',
        description: null,
        entries: tools.map((tool, index) => toolEntry(tool, index, context)),
      },
    ],
    empty: 'No MCP tools are registered yet.',
  })
}

interface ToolContext {
  readonly catalogue: Catalogue
  readonly endpoint: string
  readonly security: readonly SecurityEntry[]
}

function asksForAuth(catalogue: Catalogue, tool: Action): boolean {
  return isGuarded(tool, 'mcp') || requiresAuth(catalogue, tool, 'mcp')
}

function toolEntry(tool: Action, index: number, context: ToolContext): PageEntry {
  const { name, title, description } = tool
  return {
    // A tool's name may hold characters an id cannot; the number keeps ids apart.
    id: `tool-${index + 1}-${name.replace(/[^A-Za-z0-9_-]+/g, '-')}`,
    label: name,
    search: [name, title, description].join(' '),
    deprecated: tool.deprecated,
    summary: html`<span class="path">${name}</span>${title !== null && html` <span class="title">${title}</span>`}`,
    content: toolView(tool, context),
  }
}

function toolView(tool: Action, { catalogue, endpoint, security }: ToolContext): Html {
  const { name, inputSchema, outputSchema, method, path, guards } = tool
  const request = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name, arguments: exampleOf(inputSchema) },
  }
  const onHttp = tool.exposed.api && method !== null && path !== null
  return html`${prose(tool.description)}
<ul class="facts">
<li>Endpoint: POST ${endpoint}</li>
${onHttp && html`<li>HTTP route: ${method} ${path}</li>`}
${authFacts(asksForAuth(catalogue, tool), guards, security)}
<li>Needs approval: ${tool.approval.mcp ? 'yes' : 'no'}</li>
${tool.deprecated && html`<li>Deprecated</li>`}
</ul>
<h3>Input Schema</h3>
${jsonView(inputSchema, `Input schema of ${name}`)}
${
  outputSchema !== null &&
  html`<h3>Output Schema</h3>
${jsonView(outputSchema, `Output schema of ${name}`)}`
}
<h3>Example Request</h3>
${jsonView(request, `Example request for ${name}`)}`
}
