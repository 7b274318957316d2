import { closest } from './closest.ts'

/**
 * The first name in an object that nobody reads, and the nearest one that somebody does.
 *
 * @returns `unknown option 'needInput'; did you mean 'needsInput'?`, or `null` when all are known
 */
export function unknownName(
  options: object,
  known: Readonly<Record<string, unknown>>,
): string | null {
  // Not Object.keys(): `reply()` asks this in every call.
  for (const name in options) {
    if (Object.hasOwn(known, name)) continue
    const near = closest(name, Object.keys(known))
    return `unknown option '${name}'${near === null ? '' : `; did you mean '${near}'?`}`
  }
  return null
}
