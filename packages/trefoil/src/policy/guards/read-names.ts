import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/**
 * What a guard asks for, each once and in the order of the alphabet. Frozen, as it may be handed out:
 * emptied, it would guard nothing.
 *
 * @param guardName the function it was given to, for messages
 * @throws ImproperlyConfigured for none (PW-09), and for anything but non-empty texts
 */
export function readNames(guardName: string, values: readonly unknown[]): readonly string[] {
  if (values.length === 0) {
    throw new ImproperlyConfigured(
      `${guardName}() needs at least one value: an empty list guards nothing`,
    )
  }
  const names = values.filter((value) => typeof value === 'string' && value !== '')
  if (names.length !== values.length) {
    throw new ImproperlyConfigured(`${guardName}() takes non-empty text values, not a list`)
  }
  return Object.freeze([...new Set(names as readonly string[])].sort())
}
