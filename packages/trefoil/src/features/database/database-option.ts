import { kinds, type OptionKind } from '../../parts.ts'

/** What a part needs of it. A handle of an older version, or of another library, has not all of them. */
const METHODS = ['queries', 'unit', 'tables', 'statements', 'afterCommit'] as const

/** The option `data` of parts that keep something in the database of the app. It is no `AnyDatabase` by type: that knows of all rooms. */
export function databasePart<Database extends object>(): OptionKind<Database> {
  return kinds.kind(
    'a part of database()',
    (value): value is Database =>
      typeof value === 'object' &&
      value !== null &&
      METHODS.every((name) => typeof Reflect.get(value, name) === 'function'),
  )
}
