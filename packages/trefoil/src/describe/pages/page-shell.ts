import type { Catalogue } from '../../contract/call/catalogue.ts'
import { assertNonce } from './docs-csp.ts'
import { constantHtml, type Html, html } from './escaped-html.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { PAGE_STYLE } from './page-style.ts'
import { prose } from './prose.ts'

/** A group of entries: a tag of `/docs`, or the tools of `/mcp/docs`. */
export interface PageGroup {
  /** Element id. */
  readonly id: string
  readonly heading: string
  /** Shown below the heading. */
  readonly description: string | null
  readonly entries: readonly PageEntry[]
}

/** One foldable entry. */
export interface PageEntry {
  /** Element id, a letter first. */
  readonly id: string
  /** Text in the index. */
  readonly label: string
  /** What the search box looks through. */
  readonly search: string
  readonly deprecated?: boolean
  readonly summary: Html
  readonly content: Html
}

export interface Page {
  readonly catalogue: Catalogue
  /** Ends the page's title: `API` or `MCP tools`. */
  readonly kind: string
  readonly nonce: string
  /** Shown below the description of the app. */
  readonly notes: Html | null
  readonly links: readonly { readonly href: string; readonly text: string }[]
  /** Label of the search box. */
  readonly searchLabel: string
  readonly groups: readonly PageGroup[]
  /** Shown when there is no entry. */
  readonly empty: string
  /** After the groups. */
  readonly after?: Html
}

/** A trefoil leaf; a page without an icon makes the browser ask for one the policy forbids. */
const ICON =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16" fill="#2e8b57">' +
      '<circle cx="8" cy="4.5" r="3.5"/><circle cx="4.5" cy="9.5" r="3.5"/>' +
      '<circle cx="11.5" cy="9.5" r="3.5"/><path d="M7.5 9h1l1 7h-3z"/></svg>',
  )

/**
 * A whole page: one document, no request beyond itself, readable with scripts off.
 *
 * @throws TypeError when the nonce is not base64 text of at least 16 characters
 */
export function renderPage(page: Page): string {
  assertNonce(page.nonce)
  const { catalogue, nonce, groups } = page
  const name = catalogue.name || 'Trefoil'
  const title = `${name} ${page.kind}`
  const filled = groups.filter((group) => group.entries.length > 0)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="${ICON}">
<style nonce="${nonce}">${constantHtml(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<div class="page">
<header>
<h1>${title} <small>${catalogue.version}</small></h1>
${prose(catalogue.description)}
${page.notes}
${page.links.length > 0 && html`<ul>${page.links.map(link)}</ul>`}
</header>
<div class="columns">
<nav class="index" aria-label="Contents">${filled.map(indexOf)}</nav>
<main id="main" tabindex="-1">
<div class="search" id="search-box" role="search" hidden>
<label for="search">${page.searchLabel}</label>
<input type="search" id="search" autocomplete="off" spellcheck="false">
<p id="search-count" role="status"></p>
</div>
${filled.length === 0 ? html`<p>${page.empty}</p>` : filled.map(group)}
${page.after ?? null}
</main>
</div>
</div>
<script nonce="${nonce}">${constantHtml(`${PAGE_SCRIPT}</script>`)}
</body>
</html>
`.toString()
}

function link({ href, text }: Page['links'][number]): Html {
  return html`<li><a href="${href}">${text}</a></li>`
}

function indexOf({ id, heading, entries }: PageGroup): Html {
  const item = (entry: PageEntry): Html => html`<li><a href="#${entry.id}">${entry.label}</a></li>`
  return html`<div data-group-index="${id}"><p>${heading}</p><ul>${entries.map(item)}</ul></div>`
}

function group({ id, heading, description, entries }: PageGroup): Html {
  return html`<section id="${id}" data-group aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${prose(description)}
${entries.map(entry)}
</section>
`
}

function entry({ id, search, deprecated, summary, content }: PageEntry): Html {
  return html`<details class="entry${deprecated ? ' deprecated' : ''}" id="${id}" data-entry="${search.toLowerCase()}">
<summary>${summary}${deprecated === true && html` <span class="badge">deprecated</span>`}</summary>
<div>${content}</div>
</details>
`
}
