import { COMPONENT_PREFIX } from '../schema/schema-components.ts'
import { type Html, html } from './escaped-html.ts'

const REFERENCE = new RegExp(`"${COMPONENT_PREFIX}([A-Za-z0-9._-]+)"`)

/** Element id under which a shared schema is printed. */
export function schemaAnchor(name: string): string {
  return `schema-${name}`
}

/** Indented JSON that can be scrolled by keyboard; references become links. */
export function jsonView(value: unknown, label: string): Html {
  const text = JSON.stringify(value, null, 2) ?? 'null'
  return codeBlock(label, linked(text))
}

/** Preformatted text; `label` tells screen readers what the scrollable region holds. */
export function codeBlock(label: string, content: Html): Html {
  return html`<pre tabindex="0" role="region" aria-label="${label}"><code>${content}</code></pre>`
}

function linked(text: string): Html {
  // Split on a pattern with one group: odd members are the names of components.
  const parts = text
    .split(REFERENCE)
    .map((part, index) =>
      index % 2 === 1
        ? html`"<a href="#${schemaAnchor(part)}">${COMPONENT_PREFIX}${part}</a>"`
        : html`${part}`,
    )
  return html`${parts}`
}
