import { type Markup, markup } from '../../../inner.ts'

/** What may stand in a template: text is escaped. */
export type Content = Markup | string | readonly (Markup | string)[]

/** Head and rows of a table. */
export interface TableContent {
  /** Says what the table is of; read out before it. */
  readonly caption: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly Content[])[]
}

/** Words of a code that can be copied. */
export interface CopyWords {
  /** What the code is. */
  readonly label: string
  readonly button: string
  /** Said when it has been copied. */
  readonly done: string
}

/** The parts that pages are made of. */
export interface Ui {
  /** A framed part of a page with a heading. */
  card(heading: string | null, content: Content): Markup
  /** Something said on its own: `good`, `bad`, or `plain`. */
  notice(kind: 'good' | 'bad' | 'plain', content: Content): Markup
  /** A link that looks like a button: for what only leads somewhere. What changes something is a form. */
  buttonLink(href: string, text: string, look?: 'main' | 'plain'): Markup
  /** Several buttons or forms below one another. */
  choices(entries: readonly Markup[]): Markup
  /** A line with a word in it, between two ways of doing something. */
  or(word: string): Markup
  /** Links in a row: `[href, text]`. */
  links(entries: readonly (readonly [href: string, text: string])[]): Markup
  table(content: TableContent): Markup
  list(entries: readonly Content[]): Markup
  /** Names and values. */
  facts(entries: readonly (readonly [name: string, value: Content])[]): Markup
  /** A code to copy, by a button where there is script, by selecting it where there is none. */
  copyCode(code: string, words: CopyWords): Markup
  /** An SVG of a QR code, on white in any colour scheme. The same as text has to stand beside it. */
  qr(svg: Markup, label: string): Markup
  /** What cannot be taken back, apart from everything else. */
  dangerZone(heading: string, content: Content): Markup
  /** Folded until it is wanted: a form that should not be sent by a slip stands in it. */
  confirm(summary: string, content: Content): Markup
}

/** The parts that pages are made of, as HTML. Texts are given in the language of the page. */
export const ui: Ui = Object.freeze<Ui>({
  card(heading, content) {
    return markup`<section class="card">${heading !== null && markup`<h2>${heading}</h2>`}${content}</section>`
  },
  notice(kind, content) {
    return markup`<div class="notice ${kind}" role="${kind === 'bad' ? 'alert' : 'status'}"><div>${content}</div></div>`
  },
  buttonLink(href, text, look = 'main') {
    return markup`<a class="button${look === 'plain' ? ' plain' : ''}" href="${href}">${text}</a>`
  },
  choices(entries) {
    return markup`<div class="choices">${entries}</div>`
  },
  or(word) {
    return markup`<p class="or">${word}</p>`
  },
  links(entries) {
    return markup`<ul class="links">${entries.map(([href, text]) => markup`<li><a href="${href}">${text}</a></li>`)}</ul>`
  },
  table({ caption, head, rows }) {
    // Wider than the window, it is scrolled by itself, by keyboard too.
    return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table><caption>${caption}</caption><thead><tr>${head.map((cell) => markup`<th scope="col">${cell}</th>`)}</tr></thead><tbody>${rows.map((row) => markup`<tr>${row.map((cell) => markup`<td>${cell}</td>`)}</tr>`)}</tbody></table></div>`
  },
  list(entries) {
    return markup`<ul class="items">${entries.map((entry) => markup`<li>${entry}</li>`)}</ul>`
  },
  facts(entries) {
    return markup`<dl>${entries.map(([name, value]) => markup`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`
  },
  copyCode(code, { label, button, done }) {
    return markup`<div class="copy" data-copy><pre tabindex="0" role="region" aria-label="${label}">${code}</pre><button type="button" class="plain" hidden data-done="${done}">${button}</button><span role="status" class="quiet"></span></div>`
  },
  qr(svg, label) {
    return markup`<div class="qr" role="img" aria-label="${label}">${svg}</div>`
  },
  dangerZone(heading, content) {
    return markup`<section class="danger"><h2>${heading}</h2>${content}</section>`
  },
  confirm(summary, content) {
    return markup`<details class="bad"><summary>${summary}</summary>${content}</details>`
  },
})
