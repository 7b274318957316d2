import { checkRecord } from '../../contract/options/option-values.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/**
 * The options of a declaration, each read once, into an object that nobody else has. Spread out, an object loses what it
 * inherits and what is not enumerable: a class with `get guards()`, say, would leave an action without its guards.
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
  const members: Record<string, unknown> = Object.create(null)
  try {
    // With what nobody knows, which is refused by its name afterwards.
    for (const name in given) members[name] = Reflect.get(given, name)
    for (const name of known) {
      if (!(name in members) && name in given) members[name] = Reflect.get(given, name)
    }
  } catch (cause) {
    throw new ImproperlyConfigured(`${where}: the options cannot be read`, { cause })
  }
  return members
}

/** What a declaration is called in messages, whatever was handed over as its name. */
export function shownName(name: unknown): string {
  return typeof name === 'string' ? `'${name}'` : `of the name ${valueKind(name)}`
}
