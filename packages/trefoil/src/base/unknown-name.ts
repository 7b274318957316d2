import { closest } from './closest.ts'
import { isList } from './plain/is-record.ts'

/**
 * The first name in an object that nobody reads, and the nearest one that somebody does; or the first member that
 * nobody can look at, which would be an error in words of the language's wherever it is used.
 *
 * @returns `unknown option 'needInput'; did you mean 'needsInput'?`, or `null` when all are known
 */
export function unknownName(
  options: object,
  known: Readonly<Record<string, unknown>>,
): string | null {
  if (isList(options) === null) return 'the options are a proxy that was revoked'
  // Not Object.keys(): it is slower.
  for (const name in options) {
    if (Object.hasOwn(known, name)) {
      // A getter is not called: whoever reads it once would be given what it says the second time.
      const member: unknown = Object.getOwnPropertyDescriptor(options, name)?.value
      if (isList(member) === null) return `${name} is a proxy that was revoked`
      continue
    }
    const near = closest(name, Object.keys(known))
    return `unknown option '${name}'${near === null ? '' : `; did you mean '${near}'?`}`
  }
  return null
}
