import { ImproperlyConfigured } from '../../../index.ts'
import { checkOptionNames, type OptionNames } from '../../../parts.ts'
import { contrast, readableOn, readColour, writeColour } from './colours.ts'

/** How the pages look. */
export interface PagesTheme {
  /** Stands at the top of every page and in its title. Default the app's name. */
  readonly name?: string
  /** An SVG as text (`<svg …>`), or a path on this site, such as `/logo.svg`. It is shown as an image. Default none. */
  readonly logo?: string
  /** Of buttons and links: `#rgb` or `#rrggbb`, dark enough to be read on white (contrast 4.5). Default `#1f6b3a`. */
  readonly accent?: string
}

/** A theme as pages use it. */
export interface ThemeLook {
  readonly name: string | null
  /** Address of an image. */
  readonly logo: string | null
  /** Colours as style, light and dark. */
  readonly colours: string
}

const NAMES: OptionNames<PagesTheme> = { name: true, logo: true, accent: true }
const WHITE = [255, 255, 255] as const
const NIGHT = [20, 24, 22] as const
/** Of panels, which are the lighter of the two dark grounds and the darker of the two light ones. */
const LIGHT_PANEL = [246, 247, 245] as const
const DARK_PANEL = [28, 33, 30] as const
/** Of text against its ground (WCAG 2.2, 1.4.3). */
const READABLE = 4.5
const ACCENT = '#1f6b3a'
const LONGEST_LOGO = 20_000
const PATH = /^\/(?!\/)[A-Za-z0-9._~/%-]+$/

/** @throws ImproperlyConfigured for a colour that is none or cannot be read, and for a logo from elsewhere */
export function readTheme(theme: PagesTheme): ThemeLook {
  checkOptionNames('pages(): theme', theme, NAMES)
  const { name, logo, accent = ACCENT } = theme
  const colour = typeof accent === 'string' ? readColour(accent) : null
  if (colour === null) {
    throw new ImproperlyConfigured('pages(): theme: accent must be a colour such as #1f6b3a')
  }
  const found = Math.min(contrast(colour, WHITE), contrast(colour, LIGHT_PANEL))
  if (found < READABLE) {
    const nearest = writeColour(readableOn(LIGHT_PANEL, colour, [0, 0, 0], READABLE))
    throw new ImproperlyConfigured(
      `pages(): theme: accent has a contrast of ${found.toFixed(1)} on a light page and needs ${READABLE}; the nearest that has it is ${nearest}`,
    )
  }
  if (name !== undefined && (typeof name !== 'string' || name.trim() === '')) {
    throw new ImproperlyConfigured('pages(): theme: name must be text')
  }
  const night = readableOn(DARK_PANEL, colour, WHITE, READABLE)
  return Object.freeze({
    name: name ?? null,
    logo: logo === undefined ? null : readLogo(logo),
    colours: coloursOf(writeColour(colour), writeColour(night)),
  })
}

function coloursOf(day: string, night: string): string {
  return `:root{color-scheme:light dark;--paper:#fff;--panel:#f6f7f5;--line:#d5dad3;--edge:#6c766e;--ink:#1b211c;--soft:#566058;--accent:${day};--on:#fff;--focus:#0b57d0;--good:#1f6b3a;--bad:#b3261e;--on-bad:#fff}
@media (prefers-color-scheme:dark){:root{--paper:#141816;--panel:#1c211e;--line:#36403a;--edge:#8b968e;--ink:#e6ebe7;--soft:#a3afa7;--accent:${night};--on:${writeColour(NIGHT)};--focus:#8ab4f8;--good:#7ed09a;--bad:#ff9c94;--on-bad:#141816}}`
}

/** An image runs no script and asks for nothing, whatever stands in it. */
function readLogo(logo: unknown): string {
  if (typeof logo === 'string' && PATH.test(logo)) return logo
  if (typeof logo === 'string' && /^\s*<svg[\s>]/.test(logo) && logo.length <= LONGEST_LOGO) {
    return `data:image/svg+xml,${encodeURIComponent(logo.trim())}`
  }
  throw new ImproperlyConfigured(
    `pages(): theme: logo must be an SVG as text of at most ${LONGEST_LOGO} characters, or a path on this site, such as /logo.svg`,
  )
}
