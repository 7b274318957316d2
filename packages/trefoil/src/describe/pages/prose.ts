import { type Html, html } from './escaped-html.ts'

/** Plain text as paragraphs (blank line between) with `code` spans; no other mark-up is read. */
export function prose(text: string | null): Html {
  const paragraphs = (text ?? '').split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '')
  return html`${paragraphs.map((paragraph) => html`<p class="prose">${inline(paragraph)}</p>`)}`
}

/** Text with `code` spans. */
export function inline(text: string): Html {
  const parts = text.split(/(`[^`]+`)/)
  return html`${parts.map((part, index) =>
    index % 2 === 1 ? html`<code>${part.slice(1, -1)}</code>` : part,
  )}`
}
