import { closest } from '../../base/closest.ts'
import { escapeUnseen } from '../../base/unseen-text.ts'

/** Shorter names are near each other without being meant: `HOST` and `PORT`. */
const FEWEST = 5

/** A variable that nobody reads, as it is shown, and the setting that it was probably meant for. */
export interface Misspelt {
  readonly found: string
  readonly meant: string
}

/**
 * Variables of the prefix that are one or two letters from one of these settings, which is not set itself.
 * All others belong to somebody else, and are left alone (P-SET-1).
 *
 * @param names of all variables there are
 * @param prefix `''` looks for none: every variable of the machine would be asked about
 */
export function misspelt(
  names: Iterable<string>,
  prefix: string,
  known: ReadonlySet<string>,
  isSet: (name: string) => boolean,
): readonly Misspelt[] {
  if (prefix === '') return []
  const unset = [...known].filter((name) => !isSet(name) && name.length - prefix.length >= FEWEST)
  return [...names]
    .filter((name) => name.startsWith(prefix) && !known.has(name) && isSet(name))
    .sort()
    .flatMap((found) => {
      const meant = closest(found, unset, 2)
      return meant === null ? [] : [{ found: escapeUnseen(found), meant }]
    })
}
