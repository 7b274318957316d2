import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import { COMPONENT_PREFIX } from '../schema/schema-components.ts'
import { type Html, html } from './escaped-html.ts'
import { jsonView, schemaAnchor } from './json-view.ts'
import { inline } from './prose.ts'
import { limitsLabel, typeLabel } from './type-label.ts'

/** One named value: a parameter, or a member of a body. */
export interface Row {
  readonly name: string
  /** Such as `query` and `required`. */
  readonly notes: readonly string[]
  readonly schema: JsonSchema
  readonly description: string | null
}

/** A table of named values, scrollable by keyboard where the window is narrow. */
export function valueTable(label: string, rows: readonly Row[]): Html {
  const row = ({ name, notes, schema, description }: Row): Html => {
    const limits = limitsLabel(schema)
    return html`<tr>
<td><code>${name}</code><span class="note">${notes.join(', ')}</span></td>
<td>${typeView(schema)}${limits !== '' && html`<span class="note">${limits}</span>`}</td>
<td>${description !== null && inline(description)}</td>
</tr>`
  }
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}"><table class="values">
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Description</th></tr></thead>
<tbody>${rows.map(row)}</tbody>
</table></div>`
}

/** A schema in a few words; a shared schema's name is a link to it. */
export function typeView(schema: JsonSchema): Html {
  const name = componentOf(schema)
  if (name !== null) return html`<code><a href="#${schemaAnchor(name)}">${name}</a></code>`
  const { type, items } = schema
  const item = type === 'array' && isRecord(items) ? componentOf(items) : null
  if (item !== null) return html`<code>array of <a href="#${schemaAnchor(item)}">${item}</a></code>`
  return html`<code>${typeLabel(schema)}</code>`
}

/** A schema behind a line to unfold it with. */
export function foldedSchema(schema: JsonSchema, label: string): Html {
  return html`<details class="fold"><summary>${label}</summary>${jsonView(schema, label)}</details>`
}

/** True when {@link typeView} says all there is: a shared schema and nothing beside it. */
export function isNamed(schema: JsonSchema): boolean {
  return componentOf(schema) !== null && Object.keys(schema).length === 1
}

/** The name of the shared schema this one refers to as a whole. */
function componentOf({ $ref: ref }: JsonSchema): string | null {
  if (typeof ref !== 'string' || !ref.startsWith(COMPONENT_PREFIX)) return null
  const name = ref.slice(COMPONENT_PREFIX.length)
  return name.includes('/') ? null : name
}
