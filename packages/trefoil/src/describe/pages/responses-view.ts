import { isJsonMediaType } from '../../base/json/json-media-type.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { PROBLEM_MEDIA_TYPE, PROBLEM_REFERENCE } from '../openapi/problem-schema.ts'
import { type Html, type HtmlValue, html } from './escaped-html.ts'
import { inline } from './prose.ts'
import { foldedSchema, isNamed, typeView } from './value-table.ts'

/**
 * The answers of an operation, read off its Responses Object, so that the page says what the
 * document says, whoever wrote it.
 */
export function responsesView(responses: unknown): Html {
  // As an object has it, `2XX` would stand behind all numbers.
  const entries = membersOf(responses).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return html`<h3>Responses</h3>
<div class="scroll" tabindex="0" role="region" aria-label="Responses"><table>
<thead><tr><th scope="col">Status</th><th scope="col">Meaning</th></tr></thead>
<tbody>${entries.map(([status, response]) => row(status, response))}</tbody>
</table></div>
<p class="note">Failures are <code>${PROBLEM_MEDIA_TYPE}</code>: ${typeView(PROBLEM_REFERENCE)}.</p>
${entries.map(([status, response]) => schemas(status, response))}`
}

function row(status: string, response: unknown): Html {
  const { description } = isRecord(response) ? response : {}
  return html`<tr>
<td><code>${status}</code></td>
<td>${typeof description === 'string' && inline(description)}${contentsOf(response).map(contentNote)}${headerNotes(response)}</td>
</tr>`
}

/** The media type of failures is said once, below the table. */
function contentNote([mediaType, content]: readonly [string, unknown]): HtmlValue {
  if (mediaType === PROBLEM_MEDIA_TYPE) return null
  const schema = isRecord(content) && isRecord(content.schema) ? content.schema : null
  return html`<span class="note">${mediaType}${schema !== null && html`: ${typeView(schema)}`}</span>`
}

function headerNotes(response: unknown): HtmlValue {
  const headers = membersOf(isRecord(response) ? response.headers : undefined)
  return headers.map(([name, header]) => {
    const { description, example } = isRecord(header) ? header : {}
    return html`<span class="note">Header <code>${name}</code>${example !== undefined && html`, such as <code>${textOf(example)}</code>`}${typeof description === 'string' && html`: ${inline(description)}`}</span>`
  })
}

function schemas(status: string, response: unknown): HtmlValue {
  return contentsOf(response).map(([mediaType, content]) => {
    const schema = isRecord(content) ? content.schema : undefined
    if (!isJsonMediaType(mediaType) || !isRecord(schema)) return null
    if (isNamed(schema) || Object.keys(schema).length === 0) return null
    return foldedSchema(schema, `Schema of the ${status} answer`)
  })
}

function contentsOf(response: unknown): readonly (readonly [string, unknown])[] {
  return membersOf(isRecord(response) ? response.content : undefined)
}

function membersOf(value: unknown): readonly (readonly [string, unknown])[] {
  return isRecord(value) ? Object.entries(value) : []
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}
