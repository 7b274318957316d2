import { closest } from '../../base/closest.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'

/** Every option of an interface by name; the compiler checks that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Required<Options>, true>>

/**
 * Refuses options nobody reads: a misspelt security option would otherwise be off in silence.
 *
 * @throws ImproperlyConfigured naming the option and the nearest real one
 */
export function checkOptionNames(
  where: string,
  options: object,
  known: Readonly<Record<string, true>>,
): void {
  // Not Object.keys(): `reply()` asks this in every call.
  for (const name in options) {
    if (Object.hasOwn(known, name)) continue
    const near = closest(name, Object.keys(known))
    const hint = near === null ? '' : `; did you mean '${near}'?`
    throw new ImproperlyConfigured(`${where}: unknown option '${name}'${hint}`)
  }
}
