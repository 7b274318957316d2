import type { TextsByLanguage } from '../../../../pages.ts'
import { FORM_PROBLEMS } from '../form-problems.ts'
import { DE } from './de.ts'
import { EN, type PageTextName, type PageTexts } from './en.ts'

const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
] as const

/**
 * Ours, as the catalogue of pages takes them.
 *
 * @param least characters of a password
 * @param trusted milliseconds for which a device is; `false` for none
 */
export function accountTexts(least: number, trusted: number | false): TextsByLanguage {
  const known = (language: string): Known => ({
    least: String(least),
    trusted: timeIn(language, trusted === false ? 0 : trusted),
  })
  return { en: prefixed(EN, known('en')), de: prefixed(DE, known('de')) }
}

/** What texts say of the options. */
interface Known {
  readonly least: string
  readonly trusted: string
}

/** Never more than it is. */
function timeIn(language: string, time: number): string {
  const [size, unit] = UNITS.find(([size]) => time >= size) ?? [60_000, 'minute']
  const count = Math.max(1, Math.floor(time / size))
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count)
}

function prefixed(texts: PageTexts, known: Known): Readonly<Record<string, string>> {
  const entries = Object.entries(texts).map(([name, text]) => {
    const told = text.replace('{least}', known.least).replace('{trusted}', known.trusted)
    return [`accounts.${name}`, told] as const
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
