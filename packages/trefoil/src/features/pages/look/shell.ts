import { constantMarkup, type Markup, markup } from '../../../inner.ts'
import type { Words } from '../texts/catalogue.ts'
import { SCRIPT } from './script.ts'
import { STYLE } from './style.ts'
import type { ThemeLook } from './theme.ts'

/** One page. */
export interface ShellContent {
  readonly words: Words
  readonly theme: ThemeLook
  /** Stands in the title, and at the top where the theme has no name. */
  readonly appName: string
  readonly heading: string
  /** True where something has to be corrected: the title says so, which is what is read out first. */
  readonly isWrong: boolean
  readonly notices: readonly Markup[]
  readonly body: Markup
  readonly wide: boolean
  /** Paths of scripts of this site. */
  readonly scripts: readonly string[]
  readonly nonce: string | null
  /** In front of every path. */
  readonly mountPath: string
}

// In a template with a tag bundlers rewrite it, by a helper that is not there.
const SCRIPT_END = constantMarkup('</script>')
/** A page without an icon makes the browser ask for one. */
const NO_ICON = 'data:,'

/** Style as it stands in a page: by its hash the browser knows it. */
export function styleOf(theme: ThemeLook): string {
  return theme.colours + STYLE
}

/** A whole document: nothing is asked for beside it but a logo of this site and the scripts it names. */
export function shell(content: ShellContent): string {
  const { words, theme, heading, mountPath, scripts, nonce } = content
  const name = theme.name ?? content.appName
  const shown = content.isWrong ? words.plain('page.error_in', { title: heading }) : heading
  const title = name === '' ? shown : `${shown} \u2013 ${name}`
  const logo = theme.logo?.startsWith('/') === true ? mountPath + theme.logo : theme.logo
  return markup`<!doctype html>
<html lang="${words.language}" dir="${words.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="${NO_ICON}">
<style>${constantMarkup(styleOf(theme))}</style>
</head>
<body>
<a class="skip" href="#main">${words.plain('page.skip')}</a>
<div class="page${content.wide ? ' wide' : ''}">
${(logo !== null || name !== '') && markup`<header class="brand">${logo !== null && markup`<img src="${logo}" alt="">`}<span>${name}</span></header>`}
<main id="main" tabindex="-1">
<h1>${heading}</h1>
${content.notices}
${content.body}
</main>
</div>
<script>${constantMarkup(`${SCRIPT}</script>`)}
${scripts.map((path) => markup`<script defer src="${mountPath + path}" nonce="${nonce ?? ''}">${SCRIPT_END}`)}
</body>
</html>
`.toString()
}
