import { isList, isRecord } from '../../base/plain/is-record.ts'
import { checkRecord } from '../../contract/options/option-values.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/**
 * The options of a declaration, each read once, into an object that nobody else has: what its author does with theirs
 * afterwards, for the next declaration, takes no guard from this one. Spread out, an object would lose what it inherits and
 * what is not enumerable: a class with `get guards()`, say, would leave an action without its guards.
 *
 * @param known names that somebody reads
 * @returns an object without a prototype: an option of the name `__proto__` is one that nobody reads
 * @throws ImproperlyConfigured for what is no object, and for what cannot be read
 */
export function membersOf(
  where: string,
  given: object,
  known: readonly string[],
): Record<string, unknown> {
  checkRecord(`${where}: options`, given)
  try {
    return taken(given, known)
  } catch (cause) {
    throw new ImproperlyConfigured(`${where}: the options cannot be read`, { cause })
  }
}

/** The same of what is looked at when the app compiles, which says what is wrong with it in words of its own. */
export function takenOnce<Options extends object>(
  given: Options,
  known: readonly string[],
): Options {
  if (!isRecord(given)) return given
  try {
    // With every member that anybody reads.
    return taken(given, known) as Options
  } catch {
    return given
  }
}

function taken(given: object, known: readonly string[]): Record<string, unknown> {
  const members: Record<string, unknown> = Object.create(null)
  const take = (name: string) => {
    const value: unknown = Reflect.get(given, name)
    members[name] = isList(value) === true ? [...(value as readonly unknown[])] : value
  }
  // With what nobody knows, which is refused by its name afterwards.
  for (const name in given) take(name)
  for (const name of known) if (!(name in members) && name in given) take(name)
  return members
}

/** What a declaration is called in messages, whatever was handed over as its name. */
export function shownName(name: unknown): string {
  return typeof name === 'string' ? `'${name}'` : `of the name ${valueKind(name)}`
}
