import type { Catalogue } from '../../contract/call/catalogue.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { AboutApp } from '../openapi/about-app.ts'
import { type Operation, operationsOf } from '../openapi/operations.ts'
import { securityEntries } from '../openapi/security-entries.ts'
import { tagsInOrder } from '../openapi/tags.ts'
import { securityNotes } from './auth-facts.ts'
import { type Html, html } from './escaped-html.ts'
import { jsonView, schemaAnchor } from './json-view.ts'
import { type OperationContext, operationView } from './operation-view.ts'
import { type PageEntry, type PageGroup, renderPage } from './page-shell.ts'

/** Options of {@link docsPage}. */
export interface DocsPageOptions extends AboutApp {
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
  const { openapiPath, nonce, mcpDocsPath, serverUrl, mountPath = '' } = options
  const { operations, schemas } = operationsOf(catalogue)
  const isSecured = catalogue.covered.api || operations.some(({ requiresAuth }) => requiresAuth)
  const security = securityEntries(isSecured, options.schemes)
  const context: OperationContext = {
    root: { components: { schemas } },
    security,
    mountPath,
    ...(serverUrl !== undefined && { serverUrl }),
  }
  return renderPage({
    catalogue,
    kind: 'API',
    nonce,
    notes: securityNotes(security),
    links: [
      ...(openapiPath === null
        ? []
        : [{ href: mountPath + openapiPath, text: 'OpenAPI document' }]),
      ...(mcpDocsPath === undefined ? [] : [{ href: mountPath + mcpDocsPath, text: 'MCP tools' }]),
    ],
    searchLabel: 'Find an operation',
    groups: groupsOf(operations, options.tags, (operation) => operationEntry(operation, context)),
    empty: 'No HTTP actions are registered yet.',
    ...(operations.length > 0 && { after: schemaSection(schemas) }),
  })
}

function groupsOf(
  operations: readonly Operation[],
  described: ReadonlyMap<string, string> | undefined,
  entry: (operation: Operation) => PageEntry,
): readonly PageGroup[] {
  const byTag = Map.groupBy(operations, (operation) => operation.action.tags[0] ?? null)
  const tags = tagsInOrder(
    operations.flatMap(({ action }) => action.tags.slice(0, 1)),
    described,
  )
  const untagged = { name: null, description: null }
  return [...tags, ...(byTag.has(null) ? [untagged] : [])].map((tag, index) => ({
    id: `group-${index + 1}`,
    heading: tag.name ?? (tags.length === 0 ? 'Operations' : 'Other'),
    description: tag.description ?? null,
    entries: (byTag.get(tag.name) ?? []).map(entry),
  }))
}

function operationEntry(operation: Operation, context: OperationContext): PageEntry {
  const { id, method, path, summary, action } = operation
  return {
    id: `op-${id}`,
    label: summary,
    search: [method, path, id, summary, action.description, ...action.tags].join(' '),
    deprecated: action.deprecated,
    summary: html`<span class="method method-${method.toLowerCase()}">${method}</span>
<span class="path">${path}</span> <span class="title">${summary}</span>`,
    content: operationView(operation, context),
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
