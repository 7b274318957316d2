import { isRecord } from '../../base/plain/is-record.ts'
import { unknownName } from '../../base/unknown-name.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { valueKind } from './value-kind.ts'

/** Every option of an interface by name; the compiler checks that none is missing. */
export type OptionNames<Options> = Readonly<Record<keyof Required<Options>, true>>

/**
 * Refuses options nobody reads: a misspelt security option would otherwise be off in silence. And
 * what is no object of options at all, as JavaScript callers may hand over. Cheap enough for what is
 * asked in every call.
 *
 * @param known the rows of the options, or their names
 * @throws ImproperlyConfigured naming the option and the nearest real one
 */
export function checkOptionNames(
  where: string,
  options: object,
  known: Readonly<Record<string, unknown>>,
): void {
  if (!isRecord(options)) {
    throw new ImproperlyConfigured(`${where}: options must be an object, got ${valueKind(options)}`)
  }
  let unknown: string | null
  try {
    unknown = unknownName(options, known)
  } catch (cause) {
    // Of a proxy, or a getter, that throws: its own words do not say what they were asked for.
    throw new ImproperlyConfigured(`${where}: the options cannot be read`, { cause })
  }
  if (unknown !== null) throw new ImproperlyConfigured(`${where}: ${unknown}`)
}
