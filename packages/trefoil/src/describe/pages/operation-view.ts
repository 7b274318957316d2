import type { JsonSchema } from '../../contract/params/schema.ts'
import { openApiOperation } from '../openapi/openapi-operation.ts'
import type { Operation } from '../openapi/operations.ts'
import type { BodyShape, ParameterShape } from '../openapi/request-shape.ts'
import type { SecurityEntry } from '../openapi/security-entries.ts'
import { authFacts } from './auth-facts.ts'
import { curlExample } from './curl-example.ts'
import { type Html, html } from './escaped-html.ts'
import { codeBlock } from './json-view.ts'
import { memberRows } from './member-rows.ts'
import { prose } from './prose.ts'
import { responsesView } from './responses-view.ts'
import { foldedSchema, type Row, typeView, valueTable } from './value-table.ts'

/** What all operations of a page are shown with. */
export interface OperationContext {
  /** The document that references of schemas lead into. */
  readonly root: JsonSchema
  readonly security: readonly SecurityEntry[]
  /** Server in the examples; default: the origin the page was loaded from. */
  readonly serverUrl?: string
  /** In front of every path in the examples. */
  readonly mountPath?: string
}

/** What an operation shows when unfolded. */
export function operationView(operation: Operation, context: OperationContext): Html {
  const { root, security } = context
  const { action, parameters, body } = operation
  const document = openApiOperation(operation, root, security)
  return html`${prose(action.description)}
${facts(operation, security)}
${parameters.length > 0 && parameterTable(parameters)}
${body !== null && bodyView(body)}
${responsesView(document.responses)}
<h3>Example</h3>
${codeBlock('Example with curl', curlExample(operation, context))}`
}

function facts({ action, id, requiresAuth }: Operation, security: readonly SecurityEntry[]): Html {
  const { guards, exposed, tool, resource, approval } = action
  const also = [
    tool && 'MCP tool',
    resource !== null && 'MCP resource',
    exposed.cli && 'CLI action',
  ].filter((text) => text !== false)
  const asks = [approval.api && 'HTTP', approval.mcp && 'MCP', approval.cli && 'CLI']
  const approvals = asks.filter((text) => text !== false)
  return html`<ul class="facts">
<li>Operation: <code>${id}</code></li>
${authFacts(requiresAuth, guards, security)}
${also.length > 0 && html`<li>Also: ${also.join(', ')} <code>${action.name}</code></li>`}
${approvals.length > 0 && html`<li>Needs approval: on ${approvals.join(', ')}</li>`}
${action.asks && html`<li>Asks its caller while it runs</li>`}
${action.deprecated && html`<li>Deprecated</li>`}
</ul>`
}

function parameterTable(parameters: readonly ParameterShape[]): Html {
  const rows = parameters.map((parameter): Row => {
    const { name, in: place, required, deprecated, schema, description } = parameter
    const notes = [place, required ? 'required' : 'optional', ...(deprecated ? ['deprecated'] : [])]
    return { name, notes, schema, description }
  })
  return html`<h3>Parameters</h3>
${valueTable('Parameters', rows)}`
}

function bodyView({ mediaType, also, required, description, schema }: BodyShape): Html {
  const rows = memberRows(schema)
  return html`<h3>Request body</h3>
<p><code>${mediaType}</code>${also !== undefined && html` or <code>${also}</code>`}, ${required ? 'required' : 'optional'}${rows === null && html`: ${typeView(schema)}`}</p>
${prose(description)}
${rows !== null && valueTable('Members of the request body', rows)}
${rows !== null && foldedSchema(schema, 'Schema of the request body')}`
}
