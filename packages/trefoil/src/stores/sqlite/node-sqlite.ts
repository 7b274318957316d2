import process from 'node:process'
import type sqlite from 'node:sqlite'

/**
 * The driver, asked for when a file is opened: an app on PostgreSQL imports the same doors, and need not load it.
 *
 * @throws Error where the runtime has none
 */
export function nodeSqlite(): typeof sqlite {
  const found: typeof sqlite | undefined = process.getBuiltinModule('node:sqlite')
  if (found === undefined) throw new Error('this runtime has no node:sqlite')
  return found
}
