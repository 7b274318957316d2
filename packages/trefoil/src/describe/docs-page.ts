import type { Catalogue } from '../contract/catalogue.ts'
import type { JsonSchema } from '../contract/schema.ts'
import { type Html, html } from './html.ts'
import { jsonView, schemaAnchor } from './json-view.ts'
import { operationView } from './operation-view.ts'
import { type Operation, operationsOf } from './operations.ts'
import { type PageEntry, type PageGroup, renderPage } from './page-shell.ts'

/** Options of {@link docsPage}. */
export interface DocsPageOptions {
  /** Where the OpenAPI document is served; `null` when it is not. */
  readonly openapiPath: string | null
  /** The nonce of `docsCsp`: base64, at least 16 characters, fresh for every answer. */
  readonly nonce: string
  /** Where the tools' page is served; default: no link. */
  readonly mcpDocsPath?: string
  /** Server in the examples; default: the origin the page was loaded from. */
  readonly serverUrl?: string
}

/**
 * The `/docs` page: every HTTP action, grouped by its first tag (DOCS-1). One self-contained
 * document for the policy of `docsCsp`, readable with scripts off.
 *
 * @throws TypeError when the nonce is not base64 text of at least 16 characters
 */
export function docsPage(catalogue: Catalogue, options: DocsPageOptions): string {
  const { openapiPath, nonce, mcpDocsPath, serverUrl } = options
  const { operations, schemas } = operationsOf(catalogue)
  const root: JsonSchema = { components: { schemas } }
  const entry = (operation: Operation): PageEntry => operationEntry(operation, root, serverUrl)
  return renderPage({
    catalogue,
    kind: 'API',
    nonce,
    links: [
      ...(openapiPath === null ? [] : [{ href: openapiPath, text: 'OpenAPI document' }]),
      ...(mcpDocsPath === undefined ? [] : [{ href: mcpDocsPath, text: 'MCP tools' }]),
    ],
    searchLabel: 'Find an operation',
    groups: groupsOf(operations, entry),
    empty: 'No HTTP actions are registered yet.',
    ...(operations.length > 0 && { after: schemaSection(schemas) }),
  })
}

function groupsOf(
  operations: readonly Operation[],
  entry: (operation: Operation) => PageEntry,
): readonly PageGroup[] {
  const byTag = Map.groupBy(operations, (operation) => operation.action.tags[0] ?? null)
  const tagged = [...byTag].sort(
    ([left], [right]) => Number(left === null) - Number(right === null),
  )
  return tagged.map(([tag, members], index) => ({
    id: `group-${index + 1}`,
    heading: tag ?? (tagged.length === 1 ? 'Operations' : 'Other'),
    entries: members.map(entry),
  }))
}

function operationEntry(operation: Operation, root: JsonSchema, serverUrl?: string): PageEntry {
  const { id, method, path, summary, action } = operation
  return {
    id: `op-${id}`,
    label: summary,
    search: [method, path, id, summary, action.description, ...action.tags].join(' '),
    deprecated: action.deprecated,
    summary: html`<span class="method method-${method.toLowerCase()}">${method}</span>
<span class="path">${path}</span> <span class="title">${summary}</span>`,
    content: operationView(operation, root, serverUrl),
  }
}

function schemaSection(schemas: Readonly<Record<string, JsonSchema>>): Html {
  const item = ([name, schema]: readonly [string, JsonSchema]): Html =>
    html`<details class="entry" id="${schemaAnchor(name)}">
<summary><span class="path">${name}</span></summary>
<div>${jsonView(schema, `Schema ${name}`)}</div>
</details>
`
  return html`<section aria-labelledby="schemas-heading">
<h2 id="schemas-heading">Schemas</h2>
${Object.entries(schemas).map(item)}</section>`
}
