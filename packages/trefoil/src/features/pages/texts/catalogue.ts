import { ImproperlyConfigured } from '../../../index.ts'
import { type Markup, markup } from '../../../inner.ts'
import { visibleText } from '../look/visible-text.ts'
import { DE } from './de.ts'
import { EN } from './en.ts'
import type { Texts, TextsByLanguage, TextValues } from './texts.ts'

const KEY = /^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+$/
const LANGUAGE = /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/
const PLACE = /\{([a-z_]+)\}/g
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['ar', 'dv', 'fa', 'he', 'ps', 'ur', 'yi'])
const UNITS = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const

/** All words on pages, in all languages: those of the kit, those of parts, and those of the app over both. */
export class Catalogue {
  readonly #languages: readonly string[]
  readonly #texts = new Map<string, Map<string, string>>()
  readonly #own: TextsByLanguage

  /** @throws ImproperlyConfigured for what is no language, no key and no text */
  constructor(languages: readonly string[], own: TextsByLanguage) {
    this.#languages = languages
    this.#own = own
    for (const language of languages) {
      if (!LANGUAGE.test(language)) {
        throw new ImproperlyConfigured('pages(): languages must be tags such as en, de or pt-BR')
      }
      this.#texts.set(language, new Map())
    }
    this.add({ en: EN, de: DE })
  }

  /** Beside those there are, and below those of the app. */
  add(texts: TextsByLanguage): void {
    for (const given of [texts, this.#own]) {
      for (const [language, words] of Object.entries(given)) this.#put(language, words)
    }
  }

  #put(language: string, words: Texts): void {
    const known = this.#texts.get(language)
    for (const [key, text] of Object.entries(words)) {
      if (!KEY.test(key) || typeof text !== 'string') {
        throw new ImproperlyConfigured(
          `pages(): texts: ${language} must be texts by keys such as notes.title`,
        )
      }
      known?.set(key, text)
    }
  }

  /** @throws ImproperlyConfigured naming the language and what it lacks */
  check(): void {
    const all = new Set([...this.#texts.values()].flatMap((words) => [...words.keys()]))
    for (const [language, words] of this.#texts) {
      const missing = [...all].filter((key) => !words.has(key))
      if (missing.length === 0) continue
      const more = missing.length > 5 ? ` and ${missing.length - 5} more` : ''
      throw new ImproperlyConfigured(
        `pages(): texts: ${language} lacks ${missing.slice(0, 5).join(', ')}${more}; add them, or take ${language} out of languages`,
      )
    }
  }

  has(key: string): boolean {
    return this.#texts.get(this.#languages[0] as string)?.has(key) ?? false
  }

  /** @throws ImproperlyConfigured for what looks like a key and is none: people would read it */
  checkKey(where: string, text: string): void {
    if (KEY.test(text) && !this.has(text)) {
      throw new ImproperlyConfigured(`${where}: there is no text '${text}'; add it to texts`)
    }
  }

  /** By `Accept-Language`; the first where none fits. */
  languageFor(accept: string | null): string {
    const wished = (accept ?? '')
      .slice(0, 500)
      .split(',')
      .map((part) => {
        const [tag = '', weight] = part.trim().split(/\s*;\s*q=/i)
        return { tag: tag.toLowerCase(), weight: weight === undefined ? 1 : Number(weight) || 0 }
      })
      .filter(({ weight }) => weight > 0)
      .sort((one, other) => other.weight - one.weight)
    for (const { tag } of wished) {
      const exact = this.#languages.find((language) => language.toLowerCase() === tag)
      const base = tag.split('-')[0]
      const found = exact ?? this.#languages.find((language) => language.split('-')[0] === base)
      if (found !== undefined) return found
    }
    return this.#languages[0] as string
  }

  words(language: string): Words {
    return new Words(language, this.#texts.get(language) ?? new Map())
  }
}

/** The words of one language. */
export class Words {
  readonly language: string
  readonly #texts: ReadonlyMap<string, string>

  constructor(language: string, texts: ReadonlyMap<string, string>) {
    this.language = language
    this.#texts = texts
  }

  get direction(): 'ltr' | 'rtl' {
    return RIGHT_TO_LEFT.has(this.language.split('-')[0] ?? '') ? 'rtl' : 'ltr'
  }

  has(key: string): boolean {
    return this.#texts.has(key)
  }

  /** As plain text; what is no key is a text itself. Values may come from others: what nobody sees in them is named. */
  plain(text: string, values: TextValues = {}): string {
    const found = this.#texts.get(text) ?? text
    return found.replace(PLACE, (whole, name: string) => {
      const value = values[name]
      return value === undefined ? whole : visibleText(String(value))
    })
  }

  /** The same as HTML, each value apart from what stands round it. */
  marked(text: string, values: TextValues = {}): Markup {
    const parts = (this.#texts.get(text) ?? text).split(PLACE)
    return markup`${parts.map((part, index) => {
      if (index % 2 === 0) return part
      const value = values[part]
      return value === undefined ? `{${part}}` : markup`<bdi>${visibleText(String(value))}</bdi>`
    })}`
  }

  /** A time in words, such as `2 minutes`: never less than there is left. */
  time(seconds: number): string {
    const left = Math.max(1, Math.ceil(seconds))
    const [size, unit] = UNITS.find(([size]) => left >= size) ?? [1, 'second']
    return new Intl.NumberFormat(this.language, {
      style: 'unit',
      unit,
      unitDisplay: 'long',
    }).format(Math.ceil(left / size))
  }
}
