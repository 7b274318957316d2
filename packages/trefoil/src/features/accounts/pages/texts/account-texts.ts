import type { TextsByLanguage } from '../../../../pages.ts'
import { DE } from './de.ts'
import { EN, type PageTexts } from './en.ts'

/** Ours, as the catalogue of pages takes them. @param least characters of a password */
export function accountTexts(least: number): TextsByLanguage {
  return { en: prefixed(EN, least), de: prefixed(DE, least) }
}

function prefixed(texts: PageTexts, least: number): Readonly<Record<string, string>> {
  const entries = Object.entries(texts).map(([name, text]) => {
    return [`accounts.${name}`, text.replace('{least}', String(least))] as const
  })
  return Object.fromEntries(entries)
}
