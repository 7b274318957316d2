import type { TextsByLanguage } from '../../../../pages.ts'
import { FORM_PROBLEMS } from '../form-problems.ts'
import { DE } from './de.ts'
import { EN, type PageTextName, type PageTexts } from './en.ts'

/** Ours, as the catalogue of pages takes them. @param least characters of a password */
export function accountTexts(least: number): TextsByLanguage {
  return { en: prefixed(EN, least), de: prefixed(DE, least) }
}

function prefixed(texts: PageTexts, least: number): Readonly<Record<string, string>> {
  const entries = Object.entries(texts).map(([name, text]) => {
    return [`accounts.${name}`, text.replace('{least}', String(least))] as const
  })
  // Also where no form has met it: on the way back from a provider, say.
  const problems = Object.entries(FORM_PROBLEMS).map(([code, said]) => {
    const key = typeof said === 'string' ? said : said.text
    return [
      `problem.${code.toLowerCase()}`,
      texts[key.replace('accounts.', '') as PageTextName],
    ] as const
  })
  return Object.fromEntries([...entries, ...problems])
}
