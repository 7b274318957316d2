import type { JsonSchema } from '../contract/schema.ts'
import { curlExample } from './curl-example.ts'
import { type Html, type HtmlValue, html } from './html.ts'
import { codeBlock, jsonView } from './json-view.ts'
import type { Operation } from './operations.ts'
import { PROBLEM_MEDIA_TYPE, PROBLEM_REFERENCE } from './problem-schema.ts'
import { inline, prose } from './prose.ts'
import type { BodyShape, ParameterShape } from './request-shape.ts'
import { isJsonObject } from './schema-keywords.ts'
import type { SuccessResponse } from './success-responses.ts'
import { isNamed, type Row, typeView, valueTable } from './value-table.ts'

/** What an operation shows when unfolded. */
export function operationView(operation: Operation, root: JsonSchema, serverUrl?: string): Html {
  const { action, parameters, body } = operation
  return html`${prose(action.description)}
${facts(operation)}
${parameters.length > 0 && parameterTable(parameters)}
${body !== null && bodyView(body)}
<h3>Responses</h3>
${responseTable(operation)}
${operation.successes.map(successSchema)}
<h3>Example</h3>
${codeBlock('Example with curl', curlExample(operation, root, serverUrl))}`
}

function facts({ action, id, requiresAuth }: Operation): Html {
  const { guards, exposed, approval } = action
  const also = [exposed.mcp && 'MCP tool', exposed.cli && 'CLI action'].filter(
    (text) => text !== false,
  )
  const asks = [approval.api && 'HTTP', approval.mcp && 'MCP', approval.cli && 'CLI']
  const approvals = asks.filter((text) => text !== false)
  return html`<ul class="facts">
<li>Operation: <code>${id}</code></li>
<li>Auth: ${requiresAuth ? 'required' : 'public'}</li>
${guards.length > 0 && html`<li>Guards: ${guards.map((guard) => html`<code>${guard.name}</code> `)}</li>`}
${also.length > 0 && html`<li>Also: ${also.join(', ')} <code>${action.name}</code></li>`}
${approvals.length > 0 && html`<li>Needs approval: on ${approvals.join(', ')}</li>`}
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

function bodyView({ mediaType, required, description, schema }: BodyShape): Html {
  const rows = memberRows(schema)
  return html`<h3>Request body</h3>
<p><code>${mediaType}</code>, ${required ? 'required' : 'optional'}${rows === null && html`: ${typeView(schema)}`}</p>
${prose(description)}
${rows !== null && valueTable('Members of the request body', rows)}
${rows !== null && foldedSchema(schema, 'Schema of the request body')}`
}

/** The members of an object schema as rows; `null` for any other schema. */
function memberRows({ properties, required }: JsonSchema): readonly Row[] | null {
  if (!isJsonObject(properties)) return null
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  return Object.entries(properties).map(([name, member]) => {
    const schema = isJsonObject(member) ? member : {}
    const { description } = schema
    return {
      name,
      notes: [needed.includes(name) ? 'required' : 'optional'],
      schema,
      description: typeof description === 'string' ? description : null,
    }
  })
}

function successSchema({ status, content }: SuccessResponse): Html | null {
  if (content === null || content.mediaType === 'text/plain' || isNamed(content.schema)) return null
  return foldedSchema(content.schema, `Schema of the ${status} answer`)
}

function foldedSchema(schema: JsonSchema, label: string): Html {
  return html`<details class="fold"><summary>${label}</summary>${jsonView(schema, label)}</details>`
}

function responseTable({ successes, problems }: Operation): Html {
  const row = (status: number, description: string, content: HtmlValue): Html => html`<tr>
<td><code>${status}</code></td>
<td>${inline(description)}${content !== null && html`<span class="note">${content}</span>`}</td>
</tr>`
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Responses"><table>
<thead><tr><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead>
<tbody>${successes.map(({ status, description, content }) =>
    row(status, description, content && html`${content.mediaType}: ${typeView(content.schema)}`),
  )}${problems.map(({ status, description }) => row(status, description, null))}</tbody>
</table></div>
<p class="note">Failures are <code>${PROBLEM_MEDIA_TYPE}</code>: ${typeView(PROBLEM_REFERENCE)}.</p>`
}
