import { ImproperlyConfigured } from '../../../../index.ts'
import { DE } from './de.ts'
import { EN } from './en.ts'
import {
  type MailText,
  type MailTextOptions,
  type MailTexts,
  WRITTEN_MAILS,
  type WrittenMail,
} from './mail-text.ts'

const OWN: Readonly<Record<string, MailTexts>> = { en: EN, de: DE }
const MEMBERS: readonly (keyof MailText)[] = ['subject', 'before', 'link', 'after']
const PLACES: readonly string[] = ['app', 'time', 'when']
const WITH_LINK: readonly WrittenMail[] = [
  'verify_email',
  'reset_password',
  'magic_link',
  'change_email',
]

/** Texts of mails by language: ours, and what the app made of them. */
export class MailCatalogue {
  readonly #languages = new Map<string, MailTexts>()
  readonly #fallback: MailTexts

  /**
   * @param language of mails to whoever has said nothing
   * @throws ImproperlyConfigured naming the text that is wrong
   */
  constructor(language: string, given: MailTextOptions) {
    for (const [name, texts] of Object.entries(OWN)) this.#languages.set(name, texts)
    for (const [name, changes] of Object.entries(given)) {
      const tag = languageTag(name)
      if (tag === null) {
        throw new ImproperlyConfigured(`accounts(): texts: '${name}' is no language such as fr`)
      }
      this.#languages.set(tag, withChanges(tag, this.#known(tag), Object(changes)))
    }
    const fallback = this.#known(language)
    if (fallback === null) {
      throw new ImproperlyConfigured(
        `accounts(): locale: there are no mails in that language, but in ${[...this.#languages.keys()].join(', ')}; give them by texts`,
      )
    }
    this.#fallback = fallback
  }

  /** @returns texts of a language, and the language they are in: that of the account, or the app's */
  textOf(kind: WrittenMail, locale: string | null): MailText {
    return (this.#known(locale ?? '') ?? this.#fallback)[kind]
  }

  /** `de-AT`, then `de`. */
  #known(locale: string): MailTexts | null {
    const tag = languageTag(locale)
    if (tag === null) return null
    const [language = ''] = tag.split('-')
    return this.#languages.get(tag) ?? this.#languages.get(language) ?? null
  }

  /** For `Intl`, and for `lang` in HTML: never a text that is no language. */
  localeOf(locale: string | null, language: string): string {
    const known = locale !== null && this.#known(locale) !== null ? languageTag(locale) : null
    return known ?? languageTag(language) ?? 'en'
  }
}

function languageTag(text: string): string | null {
  if (!/^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$/.test(text)) return null
  return Intl.getCanonicalLocales(text)[0] ?? null
}

function withChanges(
  language: string,
  before: MailTexts | null,
  changes: Readonly<Record<string, unknown>>,
): MailTexts {
  const where = `accounts(): texts of '${language}'`
  const strange = Object.keys(changes).find((name) => !WRITTEN_MAILS.some((one) => one === name))
  if (strange !== undefined) {
    throw new ImproperlyConfigured(
      `${where}: there is no mail '${strange}'; there are ${WRITTEN_MAILS.join(', ')}`,
    )
  }
  const texts = WRITTEN_MAILS.map((kind) => {
    return [kind, oneText(`${where}: ${kind}`, kind, before?.[kind], changes[kind])] as const
  })
  // Of every kind one.
  return Object.freeze(Object.fromEntries(texts)) as unknown as MailTexts
}

function oneText(
  where: string,
  kind: WrittenMail,
  before: MailText | undefined,
  change: unknown,
): MailText {
  const given: Readonly<Record<string, unknown>> = Object(change)
  const strange = Object.keys(given).find((name) => !MEMBERS.some((member) => member === name))
  if (strange !== undefined) {
    throw new ImproperlyConfigured(`${where}: '${strange}' is none of ${MEMBERS.join(', ')}`)
  }
  const members = MEMBERS.map((member) => {
    const text: unknown = given[member] ?? before?.[member]
    const mayBeEmpty = member === 'link' && !WITH_LINK.includes(kind)
    return [member, checked(`${where}.${member}`, text ?? (mayBeEmpty ? '' : undefined))] as const
  })
  const text: MailText = Object.freeze(Object.fromEntries(members)) as never
  if (/[\p{Cc}\u2028\u2029]/u.test(text.subject)) {
    throw new ImproperlyConfigured(`${where}.subject must be one line`)
  }
  return text
}

function checked(where: string, text: unknown): string {
  if (typeof text !== 'string') {
    throw new ImproperlyConfigured(`${where} must be text; a language of your own has all mails`)
  }
  for (const [, name = ''] of text.matchAll(/\{(\w*)\}/g)) {
    if (PLACES.includes(name)) continue
    throw new ImproperlyConfigured(
      `${where}: {${name}} stands for nothing; there are {app}, {time} and {when}`,
    )
  }
  return text
}
