import type { Action } from '../../contract/call/action.ts'
import { type Catalogue, isGuarded, requiresAuth } from '../../contract/call/catalogue.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { SecurityEntry } from '../openapi/security-entries.ts'
import { exampleOf } from '../schema/example.ts'
import { authFacts } from './auth-facts.ts'
import { type Html, html } from './escaped-html.ts'
import { jsonView } from './json-view.ts'
import { memberRows } from './member-rows.ts'
import type { PageEntry } from './page-shell.ts'
import { prose } from './prose.ts'
import { foldedSchema, typeView, valueTable } from './value-table.ts'

/** What all entries of the page are shown with. */
export interface McpContext {
  readonly catalogue: Catalogue
  readonly endpoint: string
  readonly security: readonly SecurityEntry[]
}

/** How an action is used over MCP. */
export type McpKind = 'tool' | 'resource' | 'prompt'

export function asksForAuth(catalogue: Catalogue, action: Action): boolean {
  return isGuarded(action, 'mcp') || requiresAuth(catalogue, action, 'mcp')
}

export function mcpEntry(
  kind: McpKind,
  action: Action,
  index: number,
  context: McpContext,
): PageEntry {
  const { name, title, description, resource } = action
  const uri = kind === 'resource' ? (resource?.uri ?? '') : ''
  return {
    // A name may hold characters an id cannot; the number keeps ids apart.
    id: `${kind}-${index + 1}-${name.replace(/[^A-Za-z0-9_-]+/g, '-')}`,
    label: name,
    search: [name, title, description, uri].join(' '),
    deprecated: action.deprecated,
    summary: html`<span class="path">${name}</span>${title !== null && html` <span class="title">${title}</span>`}${uri !== '' && html` <code>${uri}</code>`}${badges(kind, action).map((badge) => html` <span class="badge">${badge}</span>`)}`,
    content: entryView(kind, action, context),
  }
}

/** What somebody has to know before calling it. */
function badges(kind: McpKind, { approval, asks, changes, hints }: Action): readonly string[] {
  const needs = [...(approval.mcp ? ['needs approval'] : []), ...(asks ? ['asks'] : [])]
  if (kind !== 'tool') return needs
  const does = changes ? (hints.destructiveHint === true ? ['destructive'] : []) : ['read-only']
  return [...needs, ...does, ...(changes && hints.idempotentHint === true ? ['idempotent'] : [])]
}

function entryView(kind: McpKind, action: Action, context: McpContext): Html {
  const { catalogue, endpoint, security } = context
  const { name, inputSchema, outputSchema, method, path, guards, resource } = action
  const onHttp = action.exposed.api && method !== null && path !== null
  return html`${prose(action.description)}
<ul class="facts">
<li>Endpoint: POST ${endpoint}</li>
${onHttp && html`<li>HTTP route: ${method} ${path}</li>`}
${resource !== null && kind === 'resource' && html`<li>${resource.isTemplate ? 'Template' : 'URI'}: <code>${resource.uri}</code>${resource.type !== null && html`, <code>${resource.type}</code>`}</li>`}
${authFacts(asksForAuth(catalogue, action), guards, security)}
<li>Needs approval: ${action.approval.mcp ? 'yes' : 'no'}</li>
${action.asks && html`<li>Asks its caller while it runs</li>`}
${action.deprecated && html`<li>Deprecated</li>`}
</ul>
${schemaView('Arguments', inputSchema, name)}
${outputSchema !== null && kind !== 'prompt' && schemaView(kind === 'tool' ? 'Result' : 'Contents', outputSchema, name)}
<h3>Example Request</h3>
${jsonView(exampleRequest(kind, action), `Example request for ${name}`)}`
}

/** A table of members with the schema as it is behind it; of any other schema what it is in a word. */
function schemaView(heading: string, schema: JsonSchema, name: string): Html {
  const rows = memberRows(schema)
  const what = heading.toLowerCase()
  if (rows === null) {
    return html`<h3>${heading}</h3>
<p>${typeView(schema)}</p>
${foldedSchema(schema, `Schema of the ${what} of ${name}`)}`
  }
  return html`<h3>${heading}</h3>
${
  rows.length === 0
    ? html`<p>None.</p>`
    : html`${valueTable(`${heading} of ${name}`, rows)}
${foldedSchema(schema, `Schema of the ${what} of ${name}`)}`
}`
}

function exampleRequest(kind: McpKind, { name, inputSchema, resource }: Action): object {
  const example = exampleOf(inputSchema)
  const message = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params })
  if (kind === 'tool') return message('tools/call', { name, arguments: example })
  if (kind === 'resource') return message('resources/read', { uri: resource?.uri ?? '' })
  // Arguments of prompts travel as text.
  const texts = Object.entries(Object(example)).map(([key, value]) => [key, textOf(value)])
  return message('prompts/get', { name, arguments: Object.fromEntries(texts) })
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
