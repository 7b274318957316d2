import { closest } from '../../base/closest.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'

/** Every option of an interface by name; the compiler checks that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Required<Options>, true>>

/**
 * Refuses options nobody reads: a misspelt security option would otherwise be off in silence. Cheap
 * enough for what is asked in every call.
 *
 * @param known the rows of the options, or their names
 * @throws ImproperlyConfigured naming the option and the nearest real one
 */
export function checkOptionNames(
  where: string,
  options: object,
  known: Readonly<Record<string, unknown>>,
): void {
  // Not Object.keys(): `reply()` asks this in every call.
  for (const name in options) {
    if (!Object.hasOwn(known, name))
      throw new ImproperlyConfigured(unknownOption(where, name, known))
  }
}

/** The sentence about an option that nobody reads. */
export function unknownOption(
  where: string,
  name: string,
  known: Readonly<Record<string, unknown>>,
): string {
  const near = closest(name, Object.keys(known))
  const hint = near === null ? '' : `; did you mean '${near}'?`
  return `${where}: unknown option '${name}'${hint}`
}
