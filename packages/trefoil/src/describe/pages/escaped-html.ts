/** Text that is already HTML. Only {@link html} and {@link constantHtml} make it. */
export class Html {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

/** What may stand in a template: text and numbers are escaped; `null` and `false` are nothing. */
export type HtmlValue = Html | string | number | null | false | readonly HtmlValue[]

/**
 * HTML with every inserted text escaped. An action's name, description or schema may come
 * from whoever writes a plug-in or a translation, and `</script><img onerror=…>` in one of
 * them must arrive on the page as those characters. Attribute values must be quoted.
 */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = strings[0] ?? ''
  for (const [index, value] of values.entries()) text += print(value) + (strings[index + 1] ?? '')
  return new Html(text)
}

/** Marks a constant of this source tree as HTML, script or style. Never for data. */
export function constantHtml(text: string): Html {
  return new Html(text)
}

function print(value: HtmlValue): string {
  if (value === null || value === false) return ''
  if (value instanceof Html) return value.toString()
  if (typeof value === 'string') return escapeHtml(value)
  if (typeof value === 'number') return String(value)
  return value.map(print).join('')
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ENTITIES.get(char) ?? '')
}
